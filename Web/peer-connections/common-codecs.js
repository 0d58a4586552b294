// @ts-check
/**
 * What goes through the server: it never transcodes, so everybody has to speak the same few formats. VP8 first, which every browser
 * encodes and decodes; H.264 constrained baseline for hardware that has nothing else; retransmission.
 */
const FORMATS = [
  (/** @type {Codec} */ { mimeType }) => /^video\/vp8$/i.test(mimeType),
  (/** @type {Codec} */ { mimeType, sdpFmtpLine = '' }) =>
    /^video\/h264$/i.test(mimeType) && /profile-level-id=42e01f/i.test(sdpFmtpLine) && /packetization-mode=1/.test(sdpFmtpLine),
  (/** @type {Codec} */ { mimeType }) => /^audio\/opus$/i.test(mimeType),
  (/** @type {Codec} */ { mimeType }) => /\/rtx$/i.test(mimeType),
];

/** @typedef {{mimeType: string, clockRate: number, channels?: number, sdpFmtpLine?: string}} Codec */

/**
 * @param {readonly Codec[]} capable of what the browser can do
 * @returns {Codec[]} in order of preference; empty when the browser does not say
 */
export function commonCodecs(capable) {
  return FORMATS.flatMap((fits) => capable.filter(fits));
}

/**
 * Keeps a line to the common formats. A browser that will not have it goes on with all it has.
 * @param {RTCRtpTransceiver} transceiver
 */
export function keepToCommonCodecs(transceiver) {
  const { kind } = transceiver.receiver.track;
  const codecs = commonCodecs(globalThis.RTCRtpReceiver?.getCapabilities?.(kind)?.codecs ?? []);
  if (!codecs.length) return;
  try {
    transceiver.setCodecPreferences?.(codecs);
  } catch {
    // The answer chooses among more, and the offer is longer.
  }
}
