// @ts-check
/**
 * All connections of a meeting: one link to every other participant while it is small (the mesh), made and ended by the server's
 * `link`; and from the beginning one to the server, which takes over when it grows. `topology` says when, `Ways` what is shown meanwhile.
 *
 * @typedef {import('../types/state.js').Source} Source
 * @typedef {import('../types/state.js').LinkState} LinkState
 * @typedef {import('../state/clock.js').Clock} Clock
 * @typedef {import('../types/messages.js').IceServer} IceServer
 * @typedef {import('../types/messages.js').ClientMessage} ClientMessage
 * @typedef {import('../types/messages.js').ServerMessage} ServerMessage
 *
 * @typedef {Object} ConnectionEvents
 * @property {(message: ClientMessage) => void} send
 * @property {(trackId: string, track: MediaStreamTrack|null) => void} track
 * @property {(trackId: string, playing: boolean) => void} playing
 * @property {(link: string, change: Partial<LinkState>|null) => void} changed by participant, or 'sfu'
 * @property {(isForced: boolean) => void} wants `needs` may have changed; forced: it is to be said again even if it has not
 */
import { Link } from './link.js';
import { loudnessOf } from './loudness.js';
import { Presence } from './presence.js';
import { SFULink } from './sfu-link.js';
import { Sources, SOURCES } from './sources.js';
import { Topology } from './topology.js';
import { Ways } from './ways.js';

/** Looks at the flow of media; every fourth one measures everything. */
const WATCH_MS = 500;
const MEASURE_EVERY = 4;
/** A link to a participant is closed so long after the server took over, whether everything of him has come or not. */
const FAREWELL_MS = 3_000;
const SERVER = 'sfu';

export class PeerConnections {
  #options;
  #events;
  /** @type {Map<string, Link>} */
  #links = new Map();
  /** @type {IceServer[]} */
  #iceServers = [];
  #relayOnly = false;
  #presence = new Presence();
  /** @type {SFULink|null} */
  #server = null;
  #you = '';
  /** Takes back that the mesh is closed soon. */
  #forgetFarewell = () => {};
  #topology = new Topology();
  #ways;
  #round = 0;
  #isWatching = false;

  /**
   * @param {{clock: Clock, connect: (configuration: RTCConfiguration) => RTCPeerConnection, makeStream: () => MediaStream,
   *   ownTrack: import('./sources.js').OwnTrack, events: ConnectionEvents, ownHost?: string}} options `ownHost`: the server's name in the
   *   page's address
   */
  constructor(options) {
    this.#options = options;
    this.#events = options.events;
    const { track, playing } = options.events;
    this.#ways = new Ways({ clock: options.clock, events: { track, playing, moved: () => this.#moved() } });
  }

  get links() {
    return /** @type {ReadonlyMap<string, Link>} */ (this.#links);
  }

  /** The link to the server; null outside of a room. */
  get server() {
    return this.#server;
  }

  /** @param {ServerMessage} message */
  receive(message) {
    switch (message.type) {
      case 'welcome':
        this.#setIceServers(message.iceServers);
        this.#setRelayOnly(message.room.relayOnly ?? false);
        this.#keepOnly(message.participants.map(({ id }) => id));
        return this.#seated(message);
      case 'resumed':
        return message.iceServers && this.#setIceServers(message.iceServers);
      case 'iceServers':
        return this.#setIceServers(message.iceServers);
      case 'moderated':
        return message.room?.relayOnly !== undefined && this.#setRelayOnly(message.room.relayOnly);
      case 'link':
        return message.close ? this.#close(message.with) : this.#open(message.with, message);
      case 'topology':
        return this.#topology.take(message) && this.#follow();
      case 'need':
        return this.#server?.need(message);
      case 'slots':
        return this.#server?.assign(message.slots);
      case 'offer':
      case 'answer':
      case 'candidate':
        return (message.from === SERVER ? this.#server : this.#links.get(message.from))?.receive(message);
      case 'want':
        // What others want while the server forwards, or is about to stop, is not meant for the links.
        if (this.#topology.isMesh) this.#links.get(message.from)?.want(message.video);
        return this.#adapt();
      case 'left':
        return this.#left(message.participant.id);
      default:
    }
  }

  /**
   * Who is in the room and sends something.
   * @param {readonly import('../types/state.js').Participant[]} participants
   */
  people(participants) {
    const before = this.#presence.people;
    this.#presence.update(participants);
    this.#farewell();
    if (before === participants.length) return;
    this.#adapt();
  }

  /** Own track of a source came, went or was exchanged. @param {Source} source */
  async refresh(source) {
    await Promise.all(this.#all().map((link) => link.refresh(source)));
    this.#adapt();
  }

  /** @param {boolean} works */
  signalling(works) {
    for (const link of this.#all()) link.signalling(works);
  }

  /** Another way is to be looked for at once. */
  networkChanged() {
    for (const link of this.#all()) link.networkChanged();
  }

  /** The server would not take our offer; the next one comes by itself. */
  refused() {
    this.#server?.refused();
  }

  /** Loudness of the others now. @param {string} participant */
  level(participant) {
    return loudnessOf(this.#ways.receiver(`${participant}/microphone`), this.#options.clock.now());
  }

  /** What is in sight here. @param {readonly {track: string}[]} tiles */
  see(tiles) {
    this.#presence.see(tiles);
    this.#farewell();
  }

  /**
   * The slots that may be used are those of the answer that is named.
   * @param {import('../types/messages.js').WantedTrack[]} video
   * @returns {import('../types/messages.js').OutgoingWant}
   */
  wanting(video) {
    const neg = this.#server?.answered;
    return neg ? { type: 'want', neg, video } : { type: 'want', video };
  }

  /** Whether a visible track has to be asked for: not when it comes from its sender again, and the server is to stop. @param {string} trackId */
  needs(trackId) {
    return !this.#topology.isLeavingServer || this.#ways.shown(trackId) !== 'mesh';
  }

  closeAll() {
    for (const id of Array.from(this.#links.keys())) this.#close(id);
    this.#closeServer();
    this.#forgetFarewell();
    this.#topology = new Topology();
    this.#ways.prefer('mesh');
    this.#presence.see([]);
  }

  /** @returns {(Link|SFULink)[]} */
  #all() {
    return [...this.#links.values(), ...(this.#server ? [this.#server] : [])];
  }

  /** @param {import('../types/messages.js').Welcome} welcome */
  #seated({ you, room }) {
    if (you.id !== this.#you) this.#closeServer();
    this.#you = you.id;
    this.#openServer();
    if (this.#topology.begin(room.topology, room.epoch)) this.#follow();
  }

  #openServer() {
    if (this.#server) return;
    const { clock, connect, makeStream, ownTrack } = this.#options;
    this.#server = new SFULink({
      clock, connect, makeStream, ownTrack,
      iceServers: this.#iceServers,
      ownHost: this.#options.ownHost,
      events: {
        send: (signal) => this.#events.send({ ...signal, to: SERVER }),
        slot: (trackId, receiver, wasUsed) => this.#slot(trackId, receiver, wasUsed),
        answered: () => this.#events.wants(true),
        changed: (change) => this.#changed(SERVER, change),
      },
    });
    this.#events.changed(SERVER, { state: 'connecting' });
    void this.#server.send(this.#topology.isByServer);
    this.#watchSoon();
  }

  #closeServer() {
    const server = this.#server;
    if (!server) return;
    this.#server = null;
    server.close();
    this.#events.changed(SERVER, null);
  }

  /** @param {string} trackId @param {RTCRtpReceiver|null} receiver @param {boolean} wasUsed */
  #slot(trackId, receiver, wasUsed) {
    if (!receiver) return this.#ways.close(trackId, 'sfu');
    this.#ways.open(trackId, 'sfu', receiver, { isGated: wasUsed && receiver.track.kind === 'video' });
  }

  /** The topology is another one. */
  #follow() {
    const { mode, phase, isByServer } = this.#topology;
    this.#forgetFarewell();
    this.#ways.prefer(mode);
    void this.#server?.send(isByServer).then(() => this.#adapt());
    if (phase === 'commit' && mode === 'mesh') this.#ways.settle();
    if (phase === 'commit' && mode === 'sfu') this.#leaveMesh();
    this.#events.wants(true);
  }

  #leaveMesh() {
    const links = Array.from(this.#links.keys());
    this.#farewell();
    this.#forgetFarewell = this.#options.clock.after(FAREWELL_MS, () => {
      for (const id of links) this.#close(id);
    });
  }

  /** Once the server has taken over, whoever has come by it whole needs no link of his own. */
  #farewell() {
    if (this.#topology.mode !== 'sfu' || this.#topology.phase !== 'commit') return;
    for (const id of Array.from(this.#links.keys())) {
      if (this.#presence.missed(id).every((trackId) => this.#ways.shown(trackId) === 'sfu')) this.#close(id);
    }
  }

  #moved() {
    this.#farewell();
    if (this.#topology.isLeavingServer) this.#events.wants(false);
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
    const groups = { person: makeStream(), screen: makeStream() };
    const link = new Link({
      polite, clock, connect,
      lines: (connection) => new Sources(connection, ownTrack, groups),
      iceServers: this.#iceServers,
      relayOnly: this.#relayOnly,
      events: {
        send: (signal) => this.#events.send({ ...signal, to: id }),
        track: (source, receiver) => this.#ways.open(`${id}/${source}`, 'mesh', receiver),
        changed: (change) => this.#changed(id, change),
      },
    });
    this.#links.set(id, link);
    this.#events.changed(id, { state: 'connecting' });
    this.#watchSoon();
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
    for (const source of SOURCES) this.#ways.close(`${id}/${source}`, 'mesh');
    this.#events.changed(id, null);
  }

  /** @param {string} id */
  #left(id) {
    this.#close(id);
    for (const source of SOURCES) this.#ways.close(`${id}/${source}`, 'sfu');
  }

  /** @param {readonly string[]} ids */
  #keepOnly(ids) {
    for (const id of Array.from(this.#links.keys())) if (!ids.includes(id)) this.#close(id);
  }

  /** @param {IceServer[]} iceServers */
  #setIceServers(iceServers) {
    this.#iceServers = iceServers.filter(isUsable);
    for (const link of this.#all()) link.setIceServers(this.#iceServers);
  }

  /** @param {boolean} relayOnly the room hides addresses */
  #setRelayOnly(relayOnly) {
    this.#relayOnly = relayOnly;
    for (const link of this.#links.values()) link.setRelayOnly(relayOnly);
  }

  #adapt() {
    for (const link of this.#all()) void link.adapt(this.#presence.people);
  }

  #watchSoon() {
    if (!this.#isWatching) this.#options.clock.after(WATCH_MS, () => void this.#watch());
    this.#isWatching = true;
  }

  async #watch() {
    this.#round += 1;
    await Promise.all([
      ...[...this.#links].map(([id, link]) => link.watch(this.#presence.sends(id))),
      this.#server?.watch((trackId) => !this.#topology.isMesh && this.#presence.isOn(trackId)),
    ]);
    if (this.#round % MEASURE_EVERY === 0) await Promise.all(this.#all().map((link) => link.measure()));
    this.#isWatching = false;
    if (this.#all().length) this.#watchSoon();
  }
}

/** A relay without credentials makes browsers refuse the whole list, and with it the call. @param {IceServer} server */
function isUsable({ urls, username, credential }) {
  return Boolean(username && credential) || ![urls].flat().some((url) => /^turns?:/i.test(url));
}
