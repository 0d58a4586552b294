// @ts-check
/**
 * What a host may do: entries of the menus of a person, of all, and of the room.
 *
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').Participant} Participant
 * @typedef {import('../locales/localize.js').Localizer} Localizer
 * @typedef {import('./menu.js').Entry} Entry
 * @typedef {(gesture: import('../types/gestures.js').Gesture) => void} Send
 */

/** @param {State} state */
export const isHost = (state) => state.you?.role === 'host';

/**
 * @param {State} state
 * @param {Participant} person somebody else
 * @param {Localizer} text
 * @param {Send} send
 * @returns {Entry[]}
 */
export function personEntries(state, person, text, send) {
  if (!isHost(state)) return [];
  /** @param {string} action @param {string} icon @param {boolean=} danger @returns {Entry} */
  const entry = (action, icon, danger) => ({
    label: text.say(`moderate.${action}`),
    icon,
    danger,
    act: () => send({ type: 'moderate', action, participant: person.id }),
  });
  return [
    'line',
    person.microphone === 'on' && entry('mute', 'microphone-off'),
    person.camera === 'on' && entry('stop-camera', 'camera-off'),
    person.screen === 'on' && entry('stop-screen', 'screen-stop'),
    person.hand && entry('lower-hand', 'hand'),
    person.role === 'host' ? entry('demote', 'star') : entry('promote', 'star'),
    'line',
    entry('remove', 'remove', true),
    entry('ban', 'end', true),
  ];
}

/**
 * @param {Localizer} text
 * @param {Send} send
 * @returns {Entry[]}
 */
export function everybodyEntries(text, send) {
  /** @param {string} action @param {string} icon @returns {Entry} */
  const entry = (action, icon) => ({ label: text.say(`moderate.all.${action}`), icon, act: () => send({ type: 'moderate', action }) });
  return [entry('mute', 'microphone-off'), entry('stop-camera', 'camera-off'), entry('stop-screen', 'screen-stop'), entry('lower-hand', 'hand')];
}

/**
 * @param {State} state
 * @param {Localizer} text
 * @param {Send} send
 * @returns {Entry[]}
 */
export function roomEntries(state, text, send) {
  if (!isHost(state) || !state.roomInfo) return [];
  const { locked, lobby, relayOnly } = state.roomInfo;
  return [
    { label: text.say('moderate.lock'), icon: 'lock', checked: locked, act: () => send({ type: 'moderate', action: locked ? 'unlock' : 'lock' }) },
    { label: text.say('moderate.lobby'), icon: 'door', checked: lobby, act: () => send({ type: 'moderate', action: 'lobby', on: !lobby }) },
    { label: text.say('moderate.relay-only'), icon: 'shield', checked: relayOnly, act: () => send({ type: 'moderate', action: 'relay-only', on: !relayOnly }) },
    { label: text.say('moderate.end'), icon: 'end', danger: true, act: () => send({ type: 'moderate', action: 'end' }) },
  ];
}
