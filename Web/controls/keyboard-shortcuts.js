// @ts-check
/**
 * One key, one action; never while typing, never with Control, Alt or Command.
 *
 * @typedef {import('../types/gestures.js').Gesture} Gesture
 * @typedef {import('../types/state.js').State} State
 */
import { gesture } from '../user-interface/dom.js';
import { listenPushToTalk } from './push-to-talk.js';

/** Shortcuts in the order of the help sheet; `key` is what the person presses. */
export const SHORTCUTS = Object.freeze([
  { key: 'M', words: 'shortcut.microphone' },
  { key: 'V', words: 'shortcut.camera' },
  { key: 'S', words: 'shortcut.screen' },
  { key: 'C', words: 'shortcut.chat' },
  { key: 'P', words: 'shortcut.people' },
  { key: 'H', words: 'shortcut.hand' },
  { key: 'G', words: 'shortcut.view' },
  { key: 'F', words: 'shortcut.full-screen' },
  { key: '1–9', words: 'shortcut.pin' },
  { key: 'Space', words: 'shortcut.talk', label: 'shortcut.space' },
  { key: '?', words: 'shortcut.help' },
  { key: 'Esc', words: 'shortcut.close' },
]);

const IN_MEETING = new Set(['joined', 'reconnecting']);
const BEFORE_MEETING = new Set(['prejoin', 'waiting', 'joining']);

/**
 * @param {string} key lower case
 * @param {State} state
 * @returns {Gesture|null}
 */
export function gestureOfKey(key, state) {
  const isInside = IN_MEETING.has(state.meetingState);
  if (isInside || BEFORE_MEETING.has(state.meetingState)) {
    if (key === 'm') return { type: 'toggle-microphone' };
    if (key === 'v') return { type: 'toggle-camera' };
    if (key === '?') return { type: 'open-dialog', dialog: 'help' };
  }
  if (!isInside) return null;
  switch (key) {
    case 's': return { type: 'toggle-screen' };
    case 'c': return { type: 'toggle-panel', panel: 'chat' };
    case 'p': return { type: 'toggle-panel', panel: 'people' };
    case 'h': return { type: 'toggle-hand' };
    case 'g': return { type: 'set-view', view: state.view === 'grid' ? 'speaker' : 'grid' };
    case 'f': return { type: 'toggle-full-screen' };
    default: return null;
  }
}

/** @param {EventTarget|null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=range]), textarea, select'));
}

/**
 * @param {HTMLElement} root
 * @param {() => State} getState
 * @param {() => readonly string[]} shownTiles for the number keys
 * @param {AbortSignal} signal
 */
export function listenShortcuts(root, getState, shownTiles, signal) {
  let usesKeyboard = false;
  document.addEventListener('pointerdown', () => (usesKeyboard = false), { signal, capture: true });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Tab' || event.key.startsWith('Arrow')) usesKeyboard = true;
  }, { signal, capture: true });

  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const isCovered = document.querySelector('dialog[open], :popover-open') !== null;
    if (event.key === 'Escape') {
      // An open menu or dialog hears Escape by itself.
      if (!isCovered && !document.fullscreenElement) gesture(root, { type: 'close' });
      return;
    }
    if (isCovered || event.repeat || isTyping(event.target)) return;
    const tile = /^[1-9]$/.test(event.key) && IN_MEETING.has(getState().meetingState) ? shownTiles()[Number(event.key) - 1] : undefined;
    const wanted = tile ? /** @type {Gesture} */ ({ type: 'toggle-pin', id: tile }) : gestureOfKey(event.key.toLowerCase(), getState());
    if (!wanted) return;
    event.preventDefault();
    gesture(root, wanted);
  }, { signal });

  listenPushToTalk(root, (event) => {
    if (!IN_MEETING.has(getState().meetingState) || isTyping(event.target)) return false;
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open], :popover-open')) return false;
    // On a button that was reached by keyboard Space presses it; after a click the focus there is an accident.
    const isOnControl = event.target instanceof Element && event.target.closest('button, a, summary, [role]:not([role=group])') !== null;
    return !(isOnControl && usesKeyboard);
  }, signal);
}
