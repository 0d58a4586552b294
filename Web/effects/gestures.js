// @ts-check
/**
 * What each gesture does. One table; nothing else leads from a click to an effect.
 *
 * @typedef {import('../types/gestures.js').Gesture} Gesture
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../state/actions.js').Action} Action
 *
 * @typedef {Object} Parts
 * @property {import('../state/store.js').Store<State, Action>} store
 * @property {import('./conference.js').Conference} conference
 * @property {import('../media-streams/local-media.js').LocalMedia} local
 * @property {import('../media-streams/screen.js').ScreenShare} screen
 * @property {import('./notices.js').Notices} notices
 * @property {import('./troubles.js').Troubles} troubles
 * @property {(tiles: import('../types/messages.js').WantedTrack[]) => void} want
 * @property {() => void} retryLinks look for another way for media at once
 * @property {() => void} testSpeaker
 * @property {() => void} allowSound
 * @property {(room: string|null) => void} navigate null = home
 * @property {(text: string) => Promise<void>} copy
 * @property {() => string} link of the room, to hand on
 * @property {() => string} newRoom
 * @property {() => string} newId
 *
 * @typedef {{[Type in Gesture['type']]: (gesture: Extract<Gesture, {type: Type}>) => void}} Table
 */
import { isPreference } from '../state/preferences.js';
import { roomFromText, soundName } from '../state/rooms.js';
import { self } from '../state/selectors.js';

const CHAT_LENGTH = 4096;

/**
 * @param {Parts} parts
 * @returns {(gesture: Gesture) => void}
 */
export function gestureEffects(parts) {
  const table = { ...places(parts), ...devices(parts), ...meeting(parts), ...looks(parts) };
  return (gesture) => {
    const effect = /** @type {((gesture: Gesture) => void)|undefined} */ (/** @type {unknown} */ (table[gesture.type]));
    effect?.(gesture);
  };
}

/** @param {Parts} parts */
function places({ store, conference, navigate, newRoom }) {
  const join = () => {
    const name = soundName(store.getState().preferences.name);
    if (!name) return store.dispatch({ type: 'join-refused', key: 'error.bad-name' });
    store.dispatch({ type: 'preference', change: { name } });
    conference.join();
  };
  return /** @satisfies {Partial<Table>} */ ({
    'start-meeting': () => navigate(newRoom()),
    'enter-room': (/** @type {{text: string}} */ { text }) => {
      const room = roomFromText(text);
      if (room) navigate(room);
      else store.dispatch({ type: 'join-refused', key: 'error.bad-room' });
    },
    'set-name': (/** @type {{name: string}} */ { name }) => store.dispatch({ type: 'preference', change: { name } }),
    join,
    rejoin: join,
    leave: () => conference.leave(),
    'go-home': () => {
      conference.leave();
      navigate(null);
    },
  });
}

/** @param {Parts} parts */
function devices({ store, local, screen, testSpeaker, allowSound }) {
  /** @param {'microphone'|'camera'} source */
  const toggle = (source) => {
    const on = store.getState().local[source].actual === 'off';
    store.dispatch({ type: 'preference', change: { [source]: on ? 'on' : 'off' } });
    void local.set(source, on);
  };
  return /** @satisfies {Partial<Table>} */ ({
    'toggle-microphone': () => {
      store.dispatch({ type: 'push-to-talk', held: false });
      toggle('microphone');
    },
    'toggle-camera': () => toggle('camera'),
    'toggle-screen': (/** @type {{hint?: 'motion'|'detail'}} */ { hint }) => {
      if (screen.track('screen')) screen.stop();
      else void screen.start(hint);
    },
    'retry-devices': () => void local.retry(),
    'choose-device': (/** @type {{source: 'microphone'|'camera'|'speaker', deviceId: string}} */ { source, deviceId }) => {
      store.dispatch({ type: 'preference', change: { [`${source}Id`]: deviceId } });
      if (source !== 'speaker') void local.choose(source, deviceId);
    },
    'test-speaker': testSpeaker,
    'push-to-talk': (/** @type {{held: boolean}} */ { held }) => {
      const { pushToTalk, local: { microphone } } = store.getState();
      if (held === pushToTalk || (held && microphone.actual === 'on')) return;
      store.dispatch({ type: 'push-to-talk', held });
      void local.set('microphone', held);
    },
    'allow-sound': allowSound,
  });
}

/** @param {Parts} parts */
function meeting({ store, conference, notices, troubles, want, retryLinks, copy, link, newId }) {
  return /** @satisfies {Partial<Table>} */ ({
    'toggle-hand': () => conference.present({ hand: !self(store.getState())?.hand }),
    react: (/** @type {{emoji: string}} */ { emoji }) => conference.say({ type: 'react', emoji }),
    'send-chat': (/** @type {{text: string, to?: string}} */ { text, to }) => {
      const trimmed = text.trim().slice(0, CHAT_LENGTH);
      if (trimmed) conference.chat(to === undefined ? { clientId: newId(), text: trimmed } : { clientId: newId(), text: trimmed, to });
    },
    'retry-chat': (/** @type {{clientId: string}} */ { clientId }) => {
      const entry = store.getState().chat.find((message) => message.clientId === clientId && message.delivery === 'not-stored');
      if (entry) conference.chat(entry.to === undefined ? { clientId, text: entry.text } : { clientId, text: entry.text, to: entry.to });
    },
    moderate: (/** @type {{action: string, participant?: string, on?: boolean}} */ { action, participant, on }) => conference.say({
      type: 'moderate', action, ...(participant === undefined ? {} : { participant }), ...(on === undefined ? {} : { on }),
    }),
    'copy-link': () => void copy(link()).then(
      () => notices.toast('toast.link-copied'),
      // Not over http, nor when the browser forbids it: then the link is shown, to be marked and copied by hand.
      () => store.dispatch({ type: 'dialog', dialog: 'invite' }),
    ),
    'retry-links': retryLinks,
    'dismiss-trouble': (/** @type {{key: string}} */ { key }) => troubles.dismiss(key),
    'tile-sizes': (/** @type {{tiles: import('../types/messages.js').WantedTrack[]}} */ { tiles }) => want(tiles),
  });
}

/** @param {Parts} parts */
function looks({ store }) {
  return /** @satisfies {Partial<Table>} */ ({
    'toggle-panel': (/** @type {{panel: 'chat'|'people'}} */ { panel }) => store.dispatch({ type: 'panel', panel }),
    close: () => store.dispatch({ type: 'close' }),
    'open-dialog': (/** @type {{dialog: State['dialog']}} */ { dialog }) => store.dispatch({ type: 'dialog', dialog }),
    'set-view': (/** @type {{view: State['view']}} */ { view }) => store.dispatch({ type: 'view', view }),
    'set-page': (/** @type {{page: number}} */ { page }) => store.dispatch({ type: 'page', page }),
    'toggle-pin': (/** @type {{id: string}} */ { id }) => store.dispatch({ type: 'pin', id }),
    'set-volume': (/** @type {{participant: string, volume: number}} */ { participant, volume }) =>
      store.dispatch({ type: 'volume', participant, volume }),
    'set-preference': (/** @type {{name: string, value: unknown}} */ { name, value }) => {
      if (isPreference(name, value)) store.dispatch({ type: 'preference', change: { [name]: value } });
    },
    // Full screen and picture in picture need elements: user-interface/ carries them out.
    'toggle-full-screen': () => {},
    'toggle-picture-in-picture': () => {},
  });
}
