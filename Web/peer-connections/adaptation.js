// @ts-check
/**
 * How much picture is worth sending, as pure functions: from the number of people and the size of the tile on the other side.
 *
 * @typedef {{active: boolean, maxBitrate: number, maxFramerate: number, scaleResolutionDownBy: number}} Encoding
 * @typedef {{width: number, height: number}} Size in device pixels
 */

/** Picture heights we send, with the bits per second that make them look good (VP8 and friends, a talking head). */
const STEPS = [
  { height: 90, bitrate: 80_000, framesPerSecond: 15 },
  { height: 180, bitrate: 160_000, framesPerSecond: 20 },
  { height: 270, bitrate: 300_000, framesPerSecond: 24 },
  { height: 360, bitrate: 500_000, framesPerSecond: 30 },
  { height: 540, bitrate: 1_000_000, framesPerSecond: 30 },
  { height: 720, bitrate: 1_800_000, framesPerSecond: 30 },
];
const LARGEST = 720;

/**
 * In a mesh everybody encodes once for every other: the more people, the smaller the picture.
 * @param {number} people in the meeting, own one included
 * @returns {number} height in pixels
 */
export function captureHeight(people) {
  if (people <= 2) return LARGEST;
  return people <= 4 ? 540 : 360;
}

/** @param {number} people */
export function cameraConstraints(people) {
  const height = captureHeight(people);
  return { width: { ideal: Math.round((height * 16) / 9) }, height: { ideal: height }, frameRate: { ideal: 30, max: 30 } };
}

/**
 * @param {{people: number, captured: number, wanted: Size|null|undefined}} options
 *   `captured`: height of the camera's picture, 0 when unknown; `wanted`: the tile over there, null when it shows none,
 *   undefined when it has not said
 * @returns {Encoding}
 */
export function cameraEncoding({ people, captured, wanted }) {
  const most = captureHeight(people);
  const target = wanted ? Math.min(most, wanted.height) : most;
  const step = stepFor(target);
  const scale = captured > step.height ? captured / step.height : 1;
  return {
    active: wanted !== null,
    maxBitrate: step.bitrate,
    maxFramerate: step.framesPerSecond,
    scaleResolutionDownBy: scale,
  };
}

/**
 * Text wants pixels, motion wants frames.
 * @param {{people: number, hint: 'motion'|'detail', wanted: Size|null|undefined}} options
 * @returns {Encoding}
 */
export function screenEncoding({ people, hint, wanted }) {
  const crowded = people > 4;
  const detail = hint === 'detail';
  return {
    active: wanted !== null,
    maxBitrate: crowded ? 1_200_000 : 2_500_000,
    maxFramerate: detail ? (crowded ? 5 : 15) : 30,
    scaleResolutionDownBy: 1,
  };
}

/** A tile a little taller than a step does not need the next one. @param {number} height */
function stepFor(height) {
  return STEPS.find((step) => step.height * 1.15 >= height) ?? STEPS[STEPS.length - 1];
}

/**
 * Puts an encoding into a sender's parameters.
 * @param {RTCRtpSender} sender
 * @param {Partial<Encoding>} encoding
 * @param {{priority?: RTCPriorityType, degradationPreference?: RTCDegradationPreference}} [options]
 */
export async function applyEncoding(sender, encoding, { priority, degradationPreference } = {}) {
  const parameters = sender.getParameters();
  const first = parameters.encodings?.[0];
  if (!first || isApplied(first, encoding)) return;
  Object.assign(first, encoding);
  if (priority) Object.assign(first, { priority, networkPriority: priority });
  if (degradationPreference) Object.assign(parameters, { degradationPreference });
  try {
    await sender.setParameters(parameters);
  } catch {
    // Closed, or renegotiated in between: the next round tries again.
  }
}

/**
 * @param {RTCRtpEncodingParameters} present
 * @param {Partial<Encoding>} wanted
 */
function isApplied(present, wanted) {
  return Object.entries(wanted).every(([name, value]) => Object.entries(present).some(([key, now]) => key === name && now === value));
}
