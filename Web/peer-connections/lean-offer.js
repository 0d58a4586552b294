// @ts-check
/**
 * Makes an offer of many m-lines fit into one message (64 KiB): what the first line of a bundle says for all is not said again
 * (RFC 9143 §7.1.3), lines that only receive leave out what an SFU never answers, and nobody there looks at candidates. The
 * browser's own description stays whole.
 */

/** Said by the first m-line of the bundle for all of it. */
const TRANSPORT = /^a=(?:ice-|fingerprint:|setup:|rtcp:|candidate:|end-of-candidates)/;
/** And said for the whole session too: some look for it in each line, or there. */
const COMMON = /^a=(?:ice-ufrag|ice-pwd|fingerprint|setup):/;
/** Of a line that only receives, these tell nothing that would be used. */
const IDLE = /^a=(?:ssrc:|ssrc-group:|msid:|rtcp-xr:|extmap-allow-mixed)/;
/** Header extensions that are worth their place sixty times over. */
const USEFUL = ['sdes:mid', 'ssrc-audio-level', 'video-orientation', 'transport-wide-cc-extensions-01'];
/** For browsers without the last one of these. */
const SEND_TIME = 'abs-send-time';

/** @param {string} sdp */
export function leanOffer(sdp) {
  const [session = '', ...lines] = sdp.split(/\r\n(?=m=)/);
  const bundled = new Set(/^a=group:BUNDLE (.*)$/m.exec(session)?.[1]?.trim().split(' '));
  const carrier = lines.findIndex((line) => bundled.has(midOf(line)));
  const lean = lines.map((line, index) => leanLine(line, { isCarried: index > carrier && bundled.has(midOf(line)) }));
  const common = carrier < 0 ? [] : (lines[carrier] ?? '').split('\r\n').filter((line) => COMMON.test(line) && !session.includes(line));
  return [session, ...common, ...lean].join('\r\n');
}

/** @param {string} section @param {{isCarried: boolean}} options another line of the bundle has the transport */
function leanLine(section, { isCarried }) {
  const [first = '', ...attributes] = section.split('\r\n');
  const formats = new Set(first.split(' ').slice(3));
  const onlyReceives = attributes.includes('a=recvonly');
  const countsTransport = section.includes('transport-wide-cc');
  const kept = attributes.map(withoutAddress).filter((line) => {
    const feedback = /^a=rtcp-fb:(\d+) /.exec(line)?.[1];
    if (feedback && !formats.has(feedback)) return false; // Firefox lists all it knows.
    if (line.startsWith('a=candidate:') || (isCarried && TRANSPORT.test(line))) return false;
    return !onlyReceives || !(IDLE.test(line) || isUseless(line, countsTransport));
  });
  return isCarried && !kept.includes('a=bundle-only') ? bundleOnly(first, kept) : [first, ...kept].join('\r\n');
}

/** Our address is in the packets, if anywhere. @param {string} line */
function withoutAddress(line) {
  return line.replace(/^c=IN .*/, 'c=IN IP4 0.0.0.0').replace(/^a=rtcp:\d.*/, 'a=rtcp:9 IN IP4 0.0.0.0');
}

/** A line without a transport of its own says so (RFC 9143 §7.2.1), or some would take it for a broken one. @param {string} first @param {string[]} rest */
function bundleOnly(first, rest) {
  const [connection = '', ...attributes] = rest;
  return [first.replace(/^m=(\w+) \d+ /, 'm=$1 0 '), connection, 'a=bundle-only', ...attributes].join('\r\n');
}

/** @param {string} line @param {boolean} countsTransport the newer way to estimate bandwidth is offered: the older one would only disturb */
function isUseless(line, countsTransport) {
  if (line.startsWith('a=rtcp-fb:')) return countsTransport && line.endsWith(' goog-remb');
  if (!line.startsWith('a=extmap:') || USEFUL.some((name) => line.endsWith(name))) return false;
  return countsTransport || !line.endsWith(SEND_TIME);
}

/** @param {string} section */
function midOf(section) {
  return /^a=mid:(.*)$/m.exec(section)?.[1]?.trim() ?? '';
}
