// @ts-check
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const GROUPS = 4;
const GROUP_LENGTH = 5;

/** A room name as the server takes it: 1 to 64 characters of a-z 0-9 and hyphen. @param {string} name */
export function isRoomName(name) {
  return /^[a-z0-9-]{1,64}$/.test(name);
}

/**
 * An unguessable name: 4 groups of 5 letters of base32, 100 bits.
 * @param {(bytes: Uint8Array<ArrayBuffer>) => Uint8Array} fill `crypto.getRandomValues`
 */
export function randomRoomName(fill) {
  const bytes = fill(new Uint8Array(GROUPS * GROUP_LENGTH));
  const letters = Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return Array.from({ length: GROUPS }, (_, group) => letters.slice(group * GROUP_LENGTH, (group + 1) * GROUP_LENGTH)).join('-');
}

/**
 * What somebody typed or pasted: a name, a name with capitals and spaces, or a whole link.
 * @param {string} text
 * @returns {string|null} null when no room name can be made of it
 */
export function roomFromText(text) {
  const link = /\/r\/([^/?#\s]+)/.exec(text);
  const name = (link?.[1] ?? text).trim().toLowerCase().replaceAll(/[\s_]+/g, '-');
  return isRoomName(name) ? name : null;
}

/** @param {string} path `location.pathname` */
export function roomFromPath(path) {
  const room = /^\/r\/([^/]+)\/?$/.exec(path)?.[1] ?? '';
  return isRoomName(room) ? room : null;
}

/**
 * A name as the server takes it: 1 to 64 visible characters. The server has the last word.
 * @param {string} name
 * @returns {string|null}
 */
export function soundName(name) {
  const trimmed = name.trim();
  const visible = trimmed.replaceAll(/[\p{C}\p{Z}]/gu, '');
  return visible.length > 0 && [...trimmed].length <= 64 ? trimmed : null;
}
