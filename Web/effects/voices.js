// @ts-check
/**
 * Listens ten times a second: who speaks, and whether the own microphone gives a misunderstanding away.
 *
 * @typedef {import('../state/actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 */
import { unwatched, watched } from '../media-streams/voice-watch.js';
import { isByServer, isInRoom } from '../state/selectors.js';
import { heard, speakers } from '../state/speech.js';

const EVERY_MS = 100;

/**
 * @param {{store: import('../state/store.js').Store<State, Action>, clock: import('../state/clock.js').Clock,
 *   levels: import('../media-streams/audio-level.js').AudioLevels, hasMicrophone: () => boolean,
 *   hearing: (hearing: {talkingMuted: boolean, noSound: boolean}) => void}} options
 */
export function listen({ store, clock, levels, hasMicrophone, hearing }) {
  /** @type {Map<string, import('../state/speech.js').Voice>} */
  let voices = new Map();
  let watch = unwatched;

  function tick() {
    const state = store.getState();
    const now = clock.now();
    if (isInRoom(state)) {
      voices = heard(voices, loudness(state, levels), now);
      // Not everybody's sound comes here then; the server says who speaks.
      const isTold = isByServer(state) && state.roomInfo?.phase === 'commit';
      if (!isTold) store.dispatch({ type: 'speaking', participants: speakers(voices, state.speaking) });
    }
    const measured = hasMicrophone() && levels.isRunning;
    watch = watched(watch, {
      loudness: measured ? levels.loudness('you/microphone') : 0,
      muted: state.local.microphone.actual === 'off',
      measured,
      now,
    });
    hearing(watch);
    clock.after(EVERY_MS, tick);
  }
  tick();
}

/**
 * Muted people are not speaking, whatever their line hums.
 * @param {State} state
 * @param {import('../media-streams/audio-level.js').AudioLevels} levels
 */
function loudness(state, levels) {
  const open = state.participants.filter(({ microphone }) => microphone === 'on');
  return new Map(open.map(({ id }) => [id, levels.loudness(id === state.you?.id ? 'you/microphone' : `${id}/microphone`)]));
}
