// @ts-check
/** @typedef {import('../types/state.js').Preferences} Preferences */

const KEY = 'parley.preferences';
const RECENT_ROOMS = 8;

/** @type {Preferences} */
export const defaultPreferences = {
  name: '',
  microphoneId: '',
  cameraId: '',
  speakerId: '',
  microphone: 'on',
  camera: 'on',
  mirror: true,
  selfViewHidden: false,
  sounds: true,
  theme: 'auto',
  locale: '',
  selfViewCorner: 'bottom-end',
  recentRooms: [],
};

/** @type {Record<string, (value: unknown) => boolean>} */
const checks = {
  microphone: isOnOff,
  camera: isOnOff,
  theme: (value) => value === 'auto' || value === 'light' || value === 'dark',
  selfViewCorner: (value) => /^(top|bottom)-(start|end)$/.test(String(value)),
  recentRooms: (value) => Array.isArray(value) && value.every((room) => typeof room === 'string'),
};

/**
 * Takes what is sound and drops the rest: storage may hold the writing of another version, or of anybody.
 * @param {unknown} stored
 * @returns {Partial<Preferences>}
 */
export function soundPreferences(stored) {
  if (typeof stored !== 'object' || stored === null) return {};
  const sound = Object.entries(stored).filter(([name, value]) => isPreference(name, value));
  return /** @type {Partial<Preferences>} */ (Object.fromEntries(sound));
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {boolean}
 */
export function isPreference(name, value) {
  if (!Object.hasOwn(defaultPreferences, name)) return false;
  const check = checks[name];
  return check ? check(value) : typeof value === typeof defaultPreferences[/** @type {keyof Preferences} */ (name)];
}

/** @param {unknown} value */
function isOnOff(value) {
  return value === 'on' || value === 'off';
}

/**
 * @param {readonly string[]} rooms newest first
 * @param {string} room just joined
 * @returns {string[]}
 */
export function withRecentRoom(rooms, room) {
  return [room, ...rooms.filter((other) => other !== room)].slice(0, RECENT_ROOMS);
}

/**
 * Storage can be forbidden or full; the page works without it.
 * @param {Pick<Storage, 'getItem'>} storage
 * @returns {Partial<Preferences>}
 */
export function loadPreferences(storage) {
  try {
    return soundPreferences(JSON.parse(storage.getItem(KEY) ?? '{}'));
  } catch {
    return {};
  }
}

/**
 * @param {Pick<Storage, 'setItem'>} storage
 * @param {Preferences} preferences
 */
export function savePreferences(storage, preferences) {
  try {
    storage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Forbidden or full: the choice holds until the page is closed.
  }
}
