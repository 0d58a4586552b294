// @ts-check
/**
 * The window around the page: address, title, a screen that stays awake.
 *
 * @typedef {import('../state/actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../state/store.js').Store<State, Action>} Store
 */
import { isInRoom } from '../state/selectors.js';

/** @param {Store} store @param {Document} document */
export function followTitle(store, document) {
  const show = (/** @type {State} */ { room, unread, meetingState }) => {
    const title = room ? `${room} · Parley` : 'Parley';
    document.title = unread && meetingState !== 'left' ? `(${unread}) ${title}` : title;
  };
  store.subscribe(show);
  show(store.getState());
}

/**
 * The browser lets go of the lock whenever the page is hidden; it is taken again when the page comes back.
 * @param {Store} store
 * @param {{document: Document, wakeLock: WakeLock|undefined}} browser
 */
export function keepAwake(store, { document, wakeLock }) {
  if (!wakeLock) return;
  /** @type {WakeLockSentinel|null} */
  let lock = null;
  let asking = false;

  async function update() {
    const wanted = isInRoom(store.getState()) && document.visibilityState === 'visible';
    if (!wanted) {
      void lock?.release().catch(() => {});
      lock = null;
    } else if (!asking && (!lock || lock.released)) {
      asking = true;
      // Refused on low battery: the screen may sleep, the meeting goes on.
      lock = await wakeLock?.request('screen').catch(() => null) ?? null;
      asking = false;
    }
  }
  store.subscribe((state, previous) => {
    if (isInRoom(state) !== isInRoom(previous)) void update();
  });
  document.addEventListener('visibilitychange', () => void update());
}

/**
 * Everything that says the network or the page may be back.
 * @param {{window: Window, document: Document, connection: EventTarget|undefined}} browser `navigator.connection` where there is one
 * @param {{wake: () => void, networkChanged: () => void, online: (online: boolean) => void}} effects
 */
export function followNetwork({ window, document, connection }, { wake, networkChanged, online }) {
  window.addEventListener('offline', () => online(false));
  window.addEventListener('online', () => {
    online(true);
    wake();
    networkChanged();
  });
  window.addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') wake();
  });
  connection?.addEventListener('change', () => {
    wake();
    networkChanged();
  });
}
