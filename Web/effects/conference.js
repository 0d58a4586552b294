// @ts-check
/**
 * One stay in one room: performs what the session says, and hands the server's messages to the state and to the connections.
 *
 * @typedef {import('../state/actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/messages.js').ServerMessage} ServerMessage
 * @typedef {import('../types/messages.js').ClientMessage} ClientMessage
 * @typedef {import('../signaling/session.js').Effect} Effect
 * @typedef {import('../signaling/socket.js').SocketEvents} SocketEvents
 * @typedef {import('../signaling/socket.js').SignalSocket} SignalSocket
 * @typedef {import('../signaling/seat.js').SeatKeeper} SeatKeeper
 * @typedef {import('../peer-connections/peer-connections.js').PeerConnections} PeerConnections
 *
 * @typedef {Object} ConferenceOptions
 * @property {import('../state/store.js').Store<State, Action>} store
 * @property {import('../state/clock.js').Clock} clock
 * @property {(events: SocketEvents) => SignalSocket} openSocket
 * @property {SeatKeeper} seats
 * @property {PeerConnections} mesh
 * @property {string} device
 * @property {Pick<import('./invitations.js').Invitations, 'token'|'forget'>} invitations
 * @property {(message: ServerMessage, state: State) => void} heard before the state changes, so that names are still known
 * @property {(fresh: boolean) => void} seated in the room, again or for the first time
 * @property {(code: string) => void} complain
 */
import { parseMessage } from '../signaling/messages.js';
import { Session } from '../signaling/session.js';

/** Refusals that have a sentence of their own on the pre-join page. */
const joinErrors = new Set(['bad-name', 'bad-token', 'bad-room', 'rate-limited', 'server-draining', 'server-error']);

export class Conference {
  #options;
  #store;
  /** @type {Session|null} */
  #session = null;
  /** @type {SignalSocket|null} */
  #socket = null;
  #ignored = 0;

  /** @param {ConferenceOptions} options */
  constructor(options) {
    this.#options = options;
    this.#store = options.store;
    this.#store.subscribe((state, previous) => this.#follow(state, previous));
  }

  /** Messages that were unknown or misshapen. */
  get ignored() {
    return this.#ignored;
  }

  /** @param {{resume?: string|null}} [options] the token kept from before a reload */
  join({ resume = null } = {}) {
    this.#end();
    const { room, preferences, local } = this.#store.getState();
    this.#session = new Session({
      room,
      name: preferences.name,
      device: this.#options.device,
      token: this.#options.invitations.token(room),
      resume,
      presence: { microphone: local.microphone.actual, camera: local.camera.actual, screen: local.screen.actual },
    });
    this.#store.dispatch({ type: 'joining' });
    this.#socket = this.#options.openSocket({
      opened: () => this.#perform(this.#session?.opened()),
      closed: () => this.#perform(this.#session?.closed()),
      received: (data) => this.#received(data),
    });
    this.#socket.start();
  }

  leave() {
    if (this.#session) this.#perform(this.#session.leave());
    else this.#options.seats.forget();
  }

  /** The network or the page came back. */
  wake() {
    this.#socket?.wake();
  }

  /** What makes sense only now; lost without a connection. @param {ClientMessage} message */
  say(message) {
    this.#perform(this.#session?.say(message));
  }

  /** @param {import('../types/messages.js').Presence} presence */
  present(presence) {
    this.#perform(this.#session?.present(presence));
  }

  /** @param {{clientId: string, text: string, to?: string}} message */
  chat(message) {
    if (!this.#session) return;
    this.#store.dispatch({ type: 'chat-queued', ...message, at: this.#options.clock.now() });
    this.#perform(this.#session.chat(message));
  }

  /** @param {unknown} data */
  #received(data) {
    const parsed = parseMessage(data);
    if (parsed.kind !== 'message') {
      this.#ignored += 1;
      return;
    }
    this.#perform(this.#session?.received(parsed.message, parsed.seq));
  }

  /** @param {Effect[]} [effects] */
  #perform(effects = []) {
    for (const effect of effects) this.#do(effect);
  }

  /** @param {Effect} effect */
  #do(effect) {
    const { seats, mesh, complain } = this.#options;
    switch (effect.type) {
      case 'send':
        return void this.#socket?.send(effect.message);
      case 'deliver':
        return this.#deliver(effect.message);
      case 'seated':
        this.#socket?.settle();
        mesh.signalling(true);
        return this.#options.seated(effect.fresh);
      case 'lost':
        this.#store.dispatch({ type: 'connection-lost', key: 'error.unreachable' });
        return mesh.signalling(false);
      case 'keep-seat':
        return this.#keepSeat(effect.resume);
      case 'forget-seat':
        return seats.forget();
      case 'refused':
        this.#end();
        // Said once; the next try goes without it, as by a link that has none.
        if (effect.code === 'bad-token') this.#options.invitations.forget();
        return this.#store.dispatch({ type: 'join-refused', key: joinError(effect.code) });
      case 'over':
        this.#end();
        return this.#store.dispatch({ type: 'ended', reason: effect.reason, at: this.#options.clock.now() });
      case 'reconnect':
        this.#socket?.restart();
        return this.#store.dispatch({ type: 'connection-lost', key: joinError(effect.code) });
      case 'chat-refused':
        return this.#store.dispatch({ type: 'chat-refused', clientId: effect.clientId });
      case 'offer-refused':
        return mesh.refused();
      case 'complaint':
        return complain(effect.code);
    }
  }

  /** @param {ServerMessage} message */
  #deliver(message) {
    this.#options.heard(message, this.#store.getState());
    this.#store.dispatch({ type: 'server', message, at: this.#options.clock.now() });
    this.#options.mesh.receive(message);
  }

  /** @param {string} resume */
  #keepSeat(resume) {
    const { room, preferences, local } = this.#store.getState();
    const { microphone, camera } = local;
    this.#options.seats.keep({ room, resume, name: preferences.name, microphone: microphone.wanted, camera: camera.wanted });
  }

  /**
   * Others learn what our tracks do, when they do it.
   * @param {State} state
   * @param {State} previous
   */
  #follow(state, previous) {
    if (state.participants !== previous.participants) this.#options.mesh.people(state.participants);
    if (state.local === previous.local) return;
    /** @type {import('../types/messages.js').Presence} */
    const change = {};
    for (const source of /** @type {const} */ (['microphone', 'camera', 'screen'])) {
      if (state.local[source].actual !== previous.local[source].actual) change[source] = state.local[source].actual;
    }
    if (Object.keys(change).length) this.present(change);
    this.#options.seats.change({ microphone: state.local.microphone.wanted, camera: state.local.camera.wanted });
  }

  #end() {
    this.#session = null;
    this.#socket?.stop();
    this.#socket = null;
    this.#options.mesh.closeAll();
  }
}

/** @param {string} code */
function joinError(code) {
  if (code === 'draining') return 'error.server-draining';
  return joinErrors.has(code) ? `error.${code}` : 'error.server-error';
}
