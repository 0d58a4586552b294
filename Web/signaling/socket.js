// @ts-check
/**
 * One WebSocket after another to the same address: a lost one is replaced for ever, so that nobody has to reload a page.
 *
 * @typedef {import('../state/clock.js').Clock} Clock
 * @typedef {Object} SocketEvents
 * @property {() => void} opened
 * @property {(data: unknown) => void} received
 * @property {() => void} closed also after an attempt that never opened
 */

/** Waits before each attempt, in milliseconds; the last one repeats. Part of the contract. */
export const RETRY_DELAYS = [0, 300, 1000, 2000, 4000, 7000];
/** Nothing heard for this long: ask whether anybody is there. */
const PING_AFTER = 10_000;
/** Nothing heard for this long: the connection is dead, whatever the browser believes. */
const DEAD_AFTER = 20_000;
/** After a wake-up or a change of network an answer must come this soon. */
const PROBE_WITHIN = 2_500;
/** An attempt that neither opens nor fails. */
const OPEN_WITHIN = 8_000;
const OPEN = 1;

export class SignalSocket {
  #url;
  #WebSocket;
  #clock;
  #random;
  #events;
  /** @type {WebSocket|null} */
  #socket = null;
  #running = false;
  #attempt = 0;
  #lastHeard = 0;
  #pingId = 0;
  /** @type {() => void} */
  #cancelRetry = () => {};
  /** @type {() => void} */
  #cancelWatch = () => {};
  /** @type {() => void} */
  #cancelProbe = () => {};

  /**
   * @param {{url: string, WebSocket: new (url: string) => WebSocket, clock: Clock, random: () => number, events: SocketEvents}} options
   */
  constructor({ url, WebSocket, clock, random, events }) {
    this.#url = url;
    this.#WebSocket = WebSocket;
    this.#clock = clock;
    this.#random = random;
    this.#events = events;
  }

  get isOpen() {
    return this.#socket?.readyState === OPEN;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    this.#attempt = 0;
    this.#retry();
  }

  /** Ends it for good: no further attempt. */
  stop() {
    this.#running = false;
    this.#cancelRetry();
    this.#drop();
  }

  /**
   * @param {unknown} message
   * @returns {boolean} false when there is no connection: the caller decides what that means for the message
   */
  send(message) {
    if (!this.#socket || !this.isOpen) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** The server took us in: the next loss starts again with the shortest wait. */
  settle() {
    this.#attempt = 0;
  }

  /** The network or the page came back: try now, or find out quickly whether the connection still lives. */
  wake() {
    if (!this.#running) return;
    if (!this.#socket) {
      this.#attempt = 0;
      this.#cancelRetry();
      this.#connect();
    } else if (this.isOpen) {
      this.#probe();
    }
  }

  /** Closes a connection that is of no use and tries again. */
  restart() {
    if (this.#socket) this.#lost();
  }

  #retry() {
    const delay = RETRY_DELAYS[Math.min(this.#attempt, RETRY_DELAYS.length - 1)] ?? 0;
    this.#attempt += 1;
    this.#cancelRetry();
    // A server that restarts must not meet everybody in the same millisecond.
    const jitter = delay * 0.3 * this.#random();
    this.#cancelRetry = this.#clock.after(delay + jitter, () => this.#connect());
  }

  #connect() {
    if (!this.#running || this.#socket) return;
    const socket = new this.#WebSocket(this.#url);
    this.#socket = socket;
    this.#cancelWatch = this.#clock.after(OPEN_WITHIN, () => this.#lost());
    socket.onopen = () => {
      this.#heard();
      this.#events.opened();
    };
    socket.onmessage = (event) => {
      this.#heard();
      this.#events.received(event.data);
    };
    socket.onclose = () => this.#lost();
  }

  #heard() {
    this.#lastHeard = this.#clock.now();
    this.#cancelProbe();
    this.#watch(PING_AFTER);
  }

  /** @param {number} delay */
  #watch(delay) {
    this.#cancelWatch();
    this.#cancelWatch = this.#clock.after(delay, () => {
      const silent = this.#clock.now() - this.#lastHeard;
      if (silent >= DEAD_AFTER) return this.#lost();
      this.#ping();
      this.#watch(DEAD_AFTER - PING_AFTER);
    });
  }

  #probe() {
    this.#ping();
    this.#cancelProbe();
    this.#cancelProbe = this.#clock.after(PROBE_WITHIN, () => this.#lost());
  }

  #ping() {
    this.#pingId -= 1; // Below zero: never the id of a message that somebody waits for.
    this.send({ type: 'ping', id: this.#pingId });
  }

  #lost() {
    if (!this.#socket) return;
    this.#drop();
    this.#events.closed();
    if (this.#running) this.#retry();
  }

  #drop() {
    this.#cancelWatch();
    this.#cancelProbe();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
