// @ts-check
/**
 * In a room that hides addresses: what the others may learn about where we are is the relay's address and nothing else.
 * The server removes the rest too; it should not have to.
 *
 * @typedef {import('./negotiation.js').Signal} Signal
 */

const RELATED = / raddr \S+ rport \d+/;
/** Nobody's address, as descriptions write it before there are candidates. */
const NOWHERE = ' raddr 0.0.0.0 rport 0';

/** @param {string} candidate a candidate attribute, with or without `a=` */
export function isRelay(candidate) {
  return / typ relay(?: |$)/.test(candidate.trimEnd());
}

/**
 * @param {Signal} signal
 * @returns {Signal|null} null when nothing of it may be said
 */
export function hideAddresses(signal) {
  if (signal.type !== 'candidate') return { ...signal, sdp: hideInDescription(signal.sdp) };
  const { candidate } = signal;
  if (!candidate?.candidate) return signal; // The end mark tells nothing.
  if (!isRelay(candidate.candidate)) return null;
  return { ...signal, candidate: { ...candidate, candidate: hideRelated(candidate.candidate) } };
}

/** @param {string} sdp */
function hideInDescription(sdp) {
  const lines = sdp.split('\r\n').filter((line) => !line.startsWith('a=candidate:') || isRelay(line));
  return lines.map(hideInLine).join('\r\n');
}

/** The default address of an m-line is that of a candidate; with trickled candidates nobody needs it. @param {string} line */
function hideInLine(line) {
  if (line.startsWith('a=candidate:')) return hideRelated(line);
  if (line.startsWith('c=')) return 'c=IN IP4 0.0.0.0';
  if (line.startsWith('a=rtcp:')) return 'a=rtcp:9 IN IP4 0.0.0.0';
  return line.replace(/^m=(\w+) [1-9]\d* /, 'm=$1 9 ');
}

/** Where the relay found us. @param {string} candidate */
function hideRelated(candidate) {
  return candidate.replace(RELATED, NOWHERE);
}
