// @ts-check
/**
 * Everything that is not needed every minute. On a phone also what the narrow bar leaves out.
 *
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../locales/localize.js').Localizer} Localizer
 * @typedef {import('./menu.js').Entry} Entry
 * @typedef {(gesture: import('../types/gestures.js').Gesture) => void} Send
 */
import { h } from '../user-interface/dom.js';
import { roomEntries } from './moderation.js';

export const EMOJI = Object.freeze(['👍', '👏', '❤️', '😂', '😮', '😢', '🎉', '🤔', '🙏', '👋']);

/**
 * @param {State} state
 * @param {Localizer} text
 * @param {Send} send
 * @param {boolean} isNarrow
 * @returns {Entry[]}
 */
export function moreEntries(state, text, send, isNarrow) {
  const started = state.roomInfo?.startedAt;
  const clock = started ? text.timer(Date.now() + state.clockOffsetMs - started) : '';
  const entries = [
    // Beside a wide bar the room and the clock are always in sight; elsewhere they are here.
    { heading: [state.room, clock].filter(Boolean).join(' · ') },
    ...(isNarrow ? narrowEntries(state, text, send) : []),
    ...viewEntries(state, text, send),
    'line',
    item(text, send, 'more.invite', 'invite', { type: 'open-dialog', dialog: 'invite' }),
    item(text, send, 'more.devices', 'settings', { type: 'open-dialog', dialog: 'devices' }),
    item(text, send, 'more.statistics', 'chart', { type: 'open-dialog', dialog: 'statistics' }),
    item(text, send, 'more.language', 'language', { type: 'open-dialog', dialog: 'language' }),
    { label: text.say('more.sounds'), icon: 'sound', checked: state.preferences.sounds, act: () => send({ type: 'set-preference', name: 'sounds', value: !state.preferences.sounds }) },
    !isNarrow && item(text, send, 'more.help', 'keyboard', { type: 'open-dialog', dialog: 'help' }, '?'),
  ];
  const room = roomEntries(state, text, send);
  return /** @type {Entry[]} */ (room.length ? [...entries, 'line', ...room] : entries);
}

/** @param {State} state @param {Localizer} text @param {Send} send @returns {Entry[]} */
function narrowEntries(state, text, send) {
  const isSharing = state.local.screen.actual === 'on';
  const isUp = ownHand(state);
  const canShare = 'getDisplayMedia' in (navigator.mediaDevices ?? {});
  return [
    item(text, send, isUp ? 'toolbar.hand-lower' : 'toolbar.hand-raise', 'hand', { type: 'toggle-hand' }),
    item(text, send, 'toolbar.people', 'people', { type: 'toggle-panel', panel: 'people' }),
    canShare && item(text, send, isSharing ? 'toolbar.screen-stop' : 'toolbar.screen', isSharing ? 'screen-stop' : 'screen', { type: 'toggle-screen' }),
    'line',
  ];
}

/** @param {State} state @param {Localizer} text @param {Send} send @returns {Entry[]} */
function viewEntries(state, text, send) {
  const { selfViewHidden, mirror } = state.preferences;
  const isGrid = state.view === 'grid';
  return [
    item(text, send, isGrid ? 'more.speaker-view' : 'more.grid-view', isGrid ? 'speaker-view' : 'grid', { type: 'set-view', view: isGrid ? 'speaker' : 'grid' }, 'G'),
    document.fullscreenEnabled && item(text, send, document.fullscreenElement ? 'more.full-screen-exit' : 'more.full-screen', document.fullscreenElement ? 'full-screen-exit' : 'full-screen', { type: 'toggle-full-screen' }, 'F'),
    document.pictureInPictureEnabled && item(text, send, 'more.picture-in-picture', 'picture-in-picture', { type: 'toggle-picture-in-picture' }),
    { label: text.say('more.self-view'), icon: 'eye', checked: !selfViewHidden, act: () => send({ type: 'set-preference', name: 'selfViewHidden', value: !selfViewHidden }) },
    { label: text.say('more.mirror'), icon: 'mirror', checked: mirror, act: () => send({ type: 'set-preference', name: 'mirror', value: !mirror }) },
  ];
}

/** @param {State} state */
export const ownHand = (state) => state.participants.find((person) => person.id === state.you?.id)?.hand ?? false;

/**
 * A row of faces to send; on top of the phone's sheet and alone in the reactions menu.
 * @param {Localizer} text
 * @param {Send} send
 * @param {() => void} done
 */
export function reactionRow(text, send, done) {
  const row = h('div', { class: 'reaction-row', role: 'group', 'aria-label': text.say('toolbar.reactions') });
  for (const emoji of EMOJI) {
    const click = () => {
      done();
      send({ type: 'react', emoji });
    };
    row.append(h('button', { type: 'button', class: 'reaction-choice', 'aria-label': text.say('reaction.send', { emoji }), on: { click } }, emoji));
  }
  return row;
}

/**
 * @param {Localizer} text
 * @param {Send} send
 * @param {string} key
 * @param {string} icon
 * @param {import('../types/gestures.js').Gesture} gesture
 * @param {string=} shortcut
 * @returns {Entry}
 */
function item(text, send, key, icon, gesture, shortcut) {
  return { label: text.say(key), icon, key: shortcut, act: () => send(gesture) };
}
