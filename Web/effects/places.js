// @ts-check
/**
 * Home and rooms as addresses: the Back button works, a link leads to its room.
 *
 * @typedef {import('../state/actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 */
import { roomFromPath } from '../state/rooms.js';

export class Places {
  #store;
  #history;
  #location;
  #leave;
  #arrived;

  /**
   * @param {{store: import('../state/store.js').Store<State, Action>, history: Pick<History, 'pushState'>,
   *   location: Pick<Location, 'pathname'|'search'>, leave: () => void, arrived: () => void}} options
   */
  constructor({ store, history, location, leave, arrived }) {
    this.#store = store;
    this.#history = history;
    this.#location = location;
    this.#leave = leave;
    this.#arrived = arrived;
  }

  /** The room that the address names. */
  room() {
    return roomFromPath(this.#location.pathname);
  }

  /** @param {string|null} room null = home */
  go(room) {
    const path = room ? `/r/${room}` : '/';
    if (path !== this.#location.pathname) this.#history.pushState(null, '', path + this.#location.search);
    this.arrive();
  }

  /** The address changed, or the page was opened. */
  arrive() {
    this.#arrived();
    const room = this.room();
    const { meetingState, room: present } = this.#store.getState();
    const away = meetingState === 'home' || meetingState === 'prejoin' || meetingState === 'left';
    if (!away) {
      if (room === present) return;
      this.#leave();
    }
    this.#store.dispatch(room ? { type: 'entered-room', room } : { type: 'went-home' });
  }
}
