// @ts-check
/**
 * The mesh: one link to every other participant, made and ended by the server's `link`.
 *
 * @typedef {import('../types/state.js').Source} Source
 * @typedef {import('../types/state.js').LinkState} LinkState
 * @typedef {import('../state/clock.js').Clock} Clock
 * @typedef {import('../types/messages.js').IceServer} IceServer
 * @typedef {import('../types/messages.js').ClientMessage} ClientMessage
 * @typedef {import('../types/messages.js').ServerMessage} ServerMessage
 *
 * @typedef {Object} MeshEvents
 * @property {(message: ClientMessage) => void} send
 * @property {(trackId: string, track: MediaStreamTrack|null) => void} track
 * @property {(trackId: string, playing: boolean) => void} playing
 * @property {(participant: string, change: Partial<LinkState>|null) => void} changed
 */
import { Link } from './link.js';
import { SOURCES } from './sources.js';

/** Looks at the flow of media; every fourth one measures everything. */
const WATCH_MS = 500;
const MEASURE_EVERY = 4;

export class PeerConnections {
  #options;
  #events;
  /** @type {Map<string, Link>} */
  #links = new Map();
  /** @type {IceServer[]} */
  #iceServers = [];
  #relayOnly = false;
  /** @type {Set<string>} participants that send something */
  #sending = new Set();
  #people = 1;
  #round = 0;
  #isWatching = false;

  /**
   * @param {{clock: Clock, connect: (configuration: RTCConfiguration) => RTCPeerConnection, makeStream: () => MediaStream,
   *   ownTrack: import('./sources.js').OwnTrack, events: MeshEvents}} options
   */
  constructor(options) {
    this.#options = options;
    this.#events = options.events;
  }

  get links() {
    return /** @type {ReadonlyMap<string, Link>} */ (this.#links);
  }

  /** @param {ServerMessage} message */
  receive(message) {
    switch (message.type) {
      case 'welcome':
        this.#setIceServers(message.iceServers);
        this.#setRelayOnly(message.room.relayOnly ?? false);
        return this.#keepOnly(message.participants.map(({ id }) => id));
      case 'resumed':
        return message.iceServers && this.#setIceServers(message.iceServers);
      case 'iceServers':
        return this.#setIceServers(message.iceServers);
      case 'moderated':
        return message.room?.relayOnly !== undefined && this.#setRelayOnly(message.room.relayOnly);
      case 'link':
        return message.close ? this.#close(message.with) : this.#open(message.with, message);
      case 'offer':
      case 'answer':
      case 'candidate':
        return this.#links.get(message.from)?.receive(message);
      case 'want':
        this.#links.get(message.from)?.want(message.video);
        return this.#adapt();
      case 'left':
        return this.#close(message.participant.id);
      default:
    }
  }

  /**
   * Who is in the room and sends something.
   * @param {readonly import('../types/state.js').Participant[]} participants
   */
  people(participants) {
    const sending = participants.filter(({ state, microphone, camera, screen }) =>
      state === 'connected' && [microphone, camera, screen].includes('on'));
    this.#sending = new Set(sending.map(({ id }) => id));
    if (this.#people === participants.length) return;
    this.#people = participants.length;
    this.#adapt();
  }

  /** Own track of a source came, went or was exchanged. @param {Source} source */
  async refresh(source) {
    await Promise.all([...this.#links.values()].map((link) => link.refresh(source)));
    this.#adapt();
  }

  /** @param {boolean} works */
  signalling(works) {
    for (const link of this.#links.values()) link.signalling(works);
  }

  networkChanged() {
    for (const link of this.#links.values()) link.networkChanged();
  }

  /** Loudness of the others now. @param {string} participant */
  level(participant) {
    return this.#links.get(participant)?.level() ?? 0;
  }

  closeAll() {
    for (const id of Array.from(this.#links.keys())) this.#close(id);
  }

  /**
   * A link that is there is kept, through a reconnection, unless the other page was reloaded. Its last picture stays until the
   * new link brings another.
   * @param {string} id
   * @param {{polite?: boolean, fresh?: boolean}} options
   */
  #open(id, { polite = false, fresh = false }) {
    const present = this.#links.get(id);
    if (present && !fresh) return;
    present?.close();
    const { clock, connect, makeStream, ownTrack } = this.#options;
    const link = new Link({
      polite, clock, connect, makeStream, ownTrack,
      iceServers: this.#iceServers,
      relayOnly: this.#relayOnly,
      events: {
        send: (signal) => this.#events.send({ ...signal, to: id }),
        track: (source, track) => this.#events.track(`${id}/${source}`, track),
        playing: (source, playing) => this.#events.playing(`${id}/${source}`, playing),
        changed: (change) => this.#changed(id, change),
      },
    });
    this.#links.set(id, link);
    this.#events.changed(id, { state: 'connecting' });
    if (!this.#isWatching) clock.after(WATCH_MS, () => void this.#watch());
    this.#isWatching = true;
  }

  /** @param {string} id @param {Partial<LinkState>} change */
  #changed(id, change) {
    this.#events.changed(id, change);
    if (change.state === 'connected') this.#adapt();
  }

  /** @param {string} id */
  #close(id) {
    const link = this.#links.get(id);
    if (!link) return;
    this.#links.delete(id);
    link.close();
    for (const source of SOURCES) {
      this.#events.playing(`${id}/${source}`, false);
      this.#events.track(`${id}/${source}`, null);
    }
    this.#events.changed(id, null);
  }

  /** @param {readonly string[]} ids */
  #keepOnly(ids) {
    for (const id of Array.from(this.#links.keys())) if (!ids.includes(id)) this.#close(id);
  }

  /** @param {IceServer[]} iceServers */
  #setIceServers(iceServers) {
    this.#iceServers = iceServers.filter(isUsable);
    for (const link of this.#links.values()) link.setIceServers(this.#iceServers);
  }

  /** @param {boolean} relayOnly the room hides addresses */
  #setRelayOnly(relayOnly) {
    this.#relayOnly = relayOnly;
    for (const link of this.#links.values()) link.setRelayOnly(relayOnly);
  }

  #adapt() {
    for (const link of this.#links.values()) void link.adapt(this.#people);
  }

  async #watch() {
    this.#round += 1;
    const links = [...this.#links];
    await Promise.all(links.map(([id, link]) => link.watch(this.#sending.has(id))));
    if (this.#round % MEASURE_EVERY === 0) await Promise.all(links.map(([, link]) => link.measure()));
    this.#isWatching = this.#links.size > 0;
    if (this.#isWatching) this.#options.clock.after(WATCH_MS, () => void this.#watch());
  }
}

/** A relay without credentials makes browsers refuse the whole list, and with it the call. @param {IceServer} server */
function isUsable({ urls, username, credential }) {
  return Boolean(username && credential) || ![urls].flat().some((url) => /^turns?:/i.test(url));
}
