// @ts-check
/**
 * What we read in a session description: which certificate stands behind it. A page that was reloaded has a new one, while an
 * ICE restart keeps it.
 * @param {string} sdp
 * @returns {string} '' when there is none
 */
export function fingerprint(sdp) {
  return /^a=fingerprint:(.*)$/m.exec(sdp)?.[1]?.trim().toLowerCase() ?? '';
}

/**
 * And which generation of candidates it begins: another one after an ICE restart.
 * @param {string} sdp
 * @returns {string} '' when there is none
 */
export function iceFragment(sdp) {
  return /^a=ice-ufrag:(.*)$/m.exec(sdp)?.[1]?.trim() ?? '';
}
