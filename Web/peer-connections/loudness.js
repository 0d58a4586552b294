// @ts-check
/** A level that is older says nothing about now. */
const FRESH_MS = 500;

/**
 * How loud a remote track is now, 0…1: the level of the latest packet that was played.
 * @param {RTCRtpReceiver|undefined} receiver
 * @param {number} now
 */
export function loudnessOf(receiver, now) {
  const [latest] = receiver?.getSynchronizationSources() ?? [];
  return latest && now - latest.timestamp < FRESH_MS ? latest.audioLevel ?? 0 : 0;
}
