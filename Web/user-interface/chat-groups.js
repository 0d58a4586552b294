// @ts-check
/**
 * How chat is read: messages of one sender within a minute belong together; addresses in them are links.
 *
 * @typedef {import('../types/state.js').ChatMessage} ChatMessage
 * @typedef {{key: string, from: string, to: string|undefined, name: string, at: number, messages: ChatMessage[]}} Group
 * @typedef {{text: string, href?: string}} Piece
 */

const MINUTE = 60_000;
const ADDRESS = /\b(?:https?:\/\/|www\.)[^\s<>"'`]+|\bmailto:[^\s<>"'`]+@[^\s<>"'`]+/giu;
const ALLOWED = new Set(['http:', 'https:', 'mailto:']);

/**
 * @param {readonly ChatMessage[]} messages
 * @returns {Group[]}
 */
export function groupMessages(messages) {
  /** @type {Group[]} */
  const groups = [];
  for (const message of messages) {
    const last = groups.at(-1);
    const isSame = last && last.from === message.from && last.to === message.to && message.at - last.at < MINUTE;
    if (isSame) last.messages.push(message);
    else groups.push({ key: message.clientId || message.id, from: message.from, to: message.to, name: message.name, at: message.at, messages: [message] });
  }
  return groups;
}

/**
 * Splits a text into plain pieces and links (http, https, mailto; nothing else).
 * @param {string} text
 * @returns {Piece[]}
 */
export function splitLinks(text) {
  /** @type {Piece[]} */
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const shown = trimTail(found[0]);
    const href = safeAddress(shown);
    if (!href) continue;
    if (found.index > end) pieces.push({ text: text.slice(end, found.index) });
    pieces.push({ text: shown, href });
    end = found.index + shown.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/**
 * Leaves out what belongs to the sentence: a full stop, a bracket that was opened before the address.
 * @param {string} address
 */
function trimTail(address) {
  let shown = address.replace(/[.,;:!?…。，、！？]+$/u, '');
  while (/[)\]}]$/.test(shown) && (shown.match(/[([{]/g)?.length ?? 0) < (shown.match(/[)\]}]/g)?.length ?? 0)) shown = shown.slice(0, -1);
  return shown;
}

/** @param {string} shown */
function safeAddress(shown) {
  try {
    const url = new URL(/^www\./i.test(shown) ? `https://${shown}` : shown);
    return ALLOWED.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
