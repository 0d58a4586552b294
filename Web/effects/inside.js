// @ts-check
/**
 * Who is in the room, asked every 10 s while somebody stands before it.
 *
 * @typedef {import('../state/actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 */
import { isObject } from '../signaling/shapes.js';

const EVERY_MS = 10_000;

/**
 * @param {{store: import('../state/store.js').Store<State, Action>, clock: import('../state/clock.js').Clock,
 *   fetch: (path: string) => Promise<Response>}} options
 */
export function watchInside({ store, clock, fetch }) {
  let cancel = () => {};

  /** @param {string} room */
  async function ask(room) {
    const inside = await read(fetch, room);
    const state = store.getState();
    if (state.meetingState !== 'prejoin' || state.room !== room) return;
    store.dispatch({ type: 'inside', inside });
    cancel = clock.after(EVERY_MS, () => void ask(room));
  }

  store.subscribe((state, previous) => {
    if (state.meetingState === previous.meetingState && state.room === previous.room) return;
    cancel();
    if (state.meetingState === 'prejoin') void ask(state.room);
  });
}

/**
 * @param {(path: string) => Promise<Response>} fetch
 * @param {string} room
 * @returns {Promise<State['inside']>} null when the server does not say
 */
async function read(fetch, room) {
  try {
    const response = await fetch(`/api/rooms/${room}`);
    return response.ok ? insideOf(await response.json()) : null;
  } catch {
    return null;
  }
}

/**
 * @param {unknown} answer
 * @returns {State['inside']}
 */
export function insideOf(answer) {
  if (!isObject(answer)) return null;
  const people = Array.isArray(answer.participants) ? answer.participants : [];
  const names = people.map((person) => person?.name).filter((name) => typeof name === 'string');
  const count = Number.isSafeInteger(answer.count) ? Number(answer.count) : people.length;
  return { count, names, locked: answer.locked === true, lobby: answer.lobby === true };
}
