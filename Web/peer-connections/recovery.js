// @ts-check
/**
 * When a link is to be repaired, and how: an ICE restart first, a new connection when that does not help.
 *
 * @typedef {import('../state/clock.js').Clock} Clock
 * @typedef {RTCPeerConnectionState} ConnectionState
 */

/** A disconnection that heals by itself is no reason to restart. Part of the contract. */
const DISCONNECTED_MS = 2_000;
/** Waits between restarts that did not help; the last one repeats. */
const BACK_OFF = [1_500, 3_000, 6_000, 12_000, 15_000];
/** Restarts in a row that may fail to help; then a new connection. */
const RESTARTS = 3;
/** Failed for so long although signalling works: a new connection. */
const REBUILD_MS = 10_000;
/** No restart for so long: the next trouble starts with the shortest wait again. */
const CALM_MS = 20_000;

export class Recovery {
  #clock;
  #restart;
  #rebuild;
  /** @type {ConnectionState} */
  #state = 'new';
  #brokenSince = 0;
  #lastRestart = -Infinity;
  #attempt = 0;
  #signalling = true;
  /** A restart came due while offers could not be sent. */
  #owed = false;
  /** Media has stopped although the connection seems well. */
  #isStalled = false;
  /** Takes back what is planned; null when nothing is. @type {(() => void)|null} */
  #cancel = null;

  /** @param {{clock: Clock, restart: () => void, rebuild: () => void}} options */
  constructor({ clock, restart, rebuild }) {
    this.#clock = clock;
    this.#restart = restart;
    this.#rebuild = rebuild;
  }

  stop() {
    this.#forget();
    this.#signalling = false;
  }

  /** @param {ConnectionState} state */
  changed(state) {
    const now = this.#clock.now();
    this.#state = state;
    if (state === 'connected') {
      this.#brokenSince = 0;
      this.#owed = false;
      this.#forget();
    } else if (state === 'disconnected' || state === 'failed') {
      this.#brokenSince ||= now;
      this.#plan(state === 'failed' ? 0 : DISCONNECTED_MS);
    } else if (state === 'connecting' && !this.#brokenSince) {
      this.#brokenSince = now;
      this.#plan(REBUILD_MS);
    }
  }

  /** Other addresses, perhaps another way: not a matter of waiting for the old one to die. */
  networkChanged() {
    this.#attempt = 0;
    this.#plan(0);
  }

  /** Nothing comes although something should. */
  stalled() {
    if (this.#state !== 'connected') return;
    this.#isStalled = true;
    this.#plan(0);
  }

  /** It comes again: what was planned for the stall would only disturb. */
  flows() {
    if (this.#isStalled && this.#state === 'connected') this.#forget();
    this.#isStalled = false;
  }

  /** The other side has restarted: as good as if we had, and two at once undo each other. */
  restarted() {
    this.#attempt += 1;
    this.#lastRestart = this.#clock.now();
    if (this.#cancel) this.#plan(0);
  }

  /** Offers can, or cannot, reach the other side. @param {boolean} works */
  signalling(works) {
    const back = works && !this.#signalling;
    this.#signalling = works;
    if (!back || (!this.#brokenSince && !this.#owed)) return;
    this.#attempt = 0;
    if (this.#brokenSince) this.#brokenSince = this.#clock.now();
    this.#plan(0);
  }

  /** @param {number} delay */
  #plan(delay) {
    if (this.#clock.now() - this.#lastRestart > CALM_MS) this.#attempt = 0;
    const wait = BACK_OFF[Math.min(this.#attempt, BACK_OFF.length) - 1] ?? 0;
    const allowed = this.#lastRestart + wait - this.#clock.now();
    this.#forget();
    this.#cancel = this.#clock.after(Math.max(delay, allowed, 0), () => this.#act());
  }

  #forget() {
    this.#cancel?.();
    this.#cancel = null;
  }

  #act() {
    this.#cancel = null;
    this.#owed = !this.#signalling;
    if (this.#owed) return;
    const now = this.#clock.now();
    this.#attempt += 1;
    this.#lastRestart = now;
    const failedLong = this.#brokenSince !== 0 && now - this.#brokenSince >= REBUILD_MS;
    if (failedLong || this.#attempt > RESTARTS) {
      if (this.#brokenSince) this.#brokenSince = now;
      this.#rebuild();
    } else {
      this.#restart();
    }
    if (this.#brokenSince) this.#plan(0);
  }
}
