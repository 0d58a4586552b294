// @ts-check
/**
 * Which ICE servers help on the way to the server itself: its own relay in TLS on the page's port, where nothing else is let
 * through, and relays of others. Its other ports are those it takes media on, so a relay there leads no further; and Chromium,
 * which has one socket for a relay and for the straight way, takes media that comes straight from a relay's address and port for
 * the relay's, and throws it away.
 *
 * @typedef {import('../types/messages.js').IceServer} IceServer
 */

/** @param {readonly IceServer[]} iceServers @param {string} ownHost the server's name in the page's address; '' for none @returns {IceServer[]} */
export function detours(iceServers, ownHost) {
  const leadsFurther = (/** @type {string} */ url) => !ownHost || /^turns:/i.test(url) || hostOf(url) !== ownHost.toLowerCase();
  return iceServers.map((server) => ({ ...server, urls: [server.urls].flat().filter(leadsFurther) })).filter(({ urls }) => urls.length > 0);
}

/** @param {string} url */
function hostOf(url) {
  return /^\w+:(\[[^\]]*\]|[^:?]*)/.exec(url)?.[1]?.toLowerCase() ?? '';
}
