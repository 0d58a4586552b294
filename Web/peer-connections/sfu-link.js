// @ts-check
/**
 * The one link to the server that forwards media. It is always the offerer; `need` says how many slots it offers, `slots` which track
 * comes in which of them. It is there from the beginning of the meeting; whether anything is sent is the topology's matter.
 *
 * @typedef {import('../types/state.js').Source} Source
 * @typedef {import('../types/state.js').LinkState} LinkState
 * @typedef {import('../types/messages.js').IceServer} IceServer
 * @typedef {import('./slots.js').Kind} Kind
 *
 * @typedef {Object} SFULinkEvents
 * @property {(signal: import('./negotiation.js').Signal) => void} send
 * @property {(trackId: string, receiver: RTCRtpReceiver|null, wasUsed: boolean) => void} slot a track came into a slot, or went out of
 *   it; `wasUsed`: another one was in it, whose last picture may still be on its way
 * @property {() => void} answered an answer is applied: what it holds may be used
 * @property {(change: Partial<LinkState>) => void} changed
 */
import { detours } from './detours.js';
import { leanOffer } from './lean-offer.js';
import { Link } from './link.js';
import { Slots } from './slots.js';
import { SOURCES } from './sources.js';

/** m-lines of an offer, own ones included; the server takes 64. */
const LINES = 60;
/** @type {Pick<LinkState, 'state'|'relay'>} */
const REFUSED = { state: 'failed', relay: { kind: 'refused', ports: [] } };

export class SFULink {
  #link;
  #events;
  #ownHost;
  /** @type {Slots|null} */
  #slots = null;
  /** Kinds of the slots in the order of their m-lines. @type {Kind[]} */
  #order = [];
  /** mid → track id. @type {Map<string, string>} */
  #names = new Map();
  /** mid → its track as it was last reported. @type {Map<string, {trackId: string, receiver: RTCRtpReceiver}>} */
  #reported = new Map();
  /** Receivers in which something was before. @type {WeakSet<RTCRtpReceiver>} */
  #used = new WeakSet();
  #isSending = false;
  #answered = 0;
  /** The server would not take our latest offer. */
  #isRefused = false;

  /**
   * @param {{clock: import('../state/clock.js').Clock, connect: (configuration: RTCConfiguration) => RTCPeerConnection,
   *   makeStream: () => MediaStream, iceServers: IceServer[], ownHost?: string,
   *   ownTrack: import('./sources.js').OwnTrack, events: SFULinkEvents}} options
   */
  constructor({ clock, connect, makeStream, iceServers, ownHost = '', ownTrack, events }) {
    this.#events = events;
    this.#ownHost = ownHost;
    const groups = { person: makeStream(), screen: makeStream() };
    const sent = (/** @type {Source} */ source) => (this.#isSending ? ownTrack(source) : null);
    this.#link = new Link({
      polite: true,
      clock,
      connect,
      iceServers: detours(iceServers, ownHost),
      // The server is no other member: there is nobody to hide our address from.
      relayOnly: false,
      lines: (connection) => {
        this.#slots = new Slots(connection, sent, groups, this.#order, this.#names);
        return this.#slots;
      },
      events: {
        send: (signal) => {
          if (signal.type !== 'candidate') events.send({ ...signal, sdp: leanOffer(signal.sdp) });
          // The server only answers checks: it needs no address of ours, and is told none before they come.
          else if (!signal.candidate) events.send(signal);
        },
        track: () => {},
        answered: (neg) => {
          this.#answered = neg;
          this.#isRefused = false;
          this.#report();
          events.answered();
        },
        changed: (change) => events.changed(this.#isRefused ? { ...change, ...REFUSED } : change),
      },
    });
  }

  /** For tests and for `?debug`. */
  get connection() {
    return this.#link.connection;
  }

  /** The offer whose answer is applied; 0 before the first. */
  get answered() {
    return this.#answered;
  }

  /** @param {import('./negotiation.js').RemoteSignal} signal */
  receive(signal) {
    if (signal.type !== 'offer') this.#link.receive(signal);
  }

  /** How many slots the next offer is to have: more than before, or nothing is done. @param {{audio: number, video: number}} need */
  need({ audio, video }) {
    const before = this.#order.length;
    this.#grow('audio', audio);
    this.#grow('video', video);
    if (this.#order.length > before) this.#link.negotiate();
  }

  /** mid → id of the track that comes there from now on, null for none; those left out stay. @param {Readonly<Record<string, string|null>>} slots */
  assign(slots) {
    for (const [mid, trackId] of Object.entries(slots)) {
      if (trackId) this.#names.set(mid, trackId);
      else this.#names.delete(mid);
    }
    this.#report();
  }

  /** The server would not take our offer. What was agreed before goes on; the next offer comes by itself. */
  refused() {
    this.#isRefused = this.connection.connectionState !== 'connected';
    if (this.#isRefused) this.#events.changed(REFUSED);
  }

  /** Whether own tracks go over this link. @param {boolean} isSending */
  async send(isSending) {
    if (isSending === this.#isSending) return;
    this.#isSending = isSending;
    await Promise.all(SOURCES.map((source) => this.refresh(source)));
  }

  /** Own track of a source came, went or was exchanged. @param {Source} source */
  async refresh(source) {
    await this.#link.refresh(source);
  }

  /** @param {number} people */
  async adapt(people) {
    if (this.#isSending) await this.#link.adapt(people);
  }

  /**
   * Every 500 ms. What comes in the slot of somebody who sends speaks for the whole link.
   * @param {(trackId: string) => boolean} isOn whether the track is said to be sent by somebody who is there
   */
  async watch(isOn) {
    const flowing = [...this.#reported.values()].filter(({ trackId }) => isOn(trackId));
    // A picture may be held back for want of bandwidth, sound never.
    const expected = flowing.find(({ receiver }) => receiver.track.kind === 'audio') ?? flowing[0];
    await this.#link.watch(expected !== undefined, expected?.receiver);
  }

  /** Every 2 s. */
  async measure() {
    await this.#link.measure();
  }

  /** @param {boolean} works */
  signalling(works) {
    this.#link.signalling(works);
  }

  networkChanged() {
    this.#link.networkChanged();
  }

  /** @param {IceServer[]} iceServers */
  setIceServers(iceServers) {
    this.#link.setIceServers(detours(iceServers, this.#ownHost));
  }

  close() {
    this.#link.close();
    this.#names.clear();
    this.#report();
  }

  /** @param {Kind} kind @param {number} count */
  #grow(kind, count) {
    const missing = count - this.#order.filter((other) => other === kind).length;
    const room = LINES - SOURCES.length - this.#order.length;
    for (let index = 0; index < Math.min(missing, room); index += 1) this.#order.push(kind);
  }

  /** Says what has changed since it was last said: by `slots`, by an answer, or by a new connection. */
  #report() {
    const wanted = new Map([...this.#names].flatMap(([mid, trackId]) => {
      const receiver = this.#slots?.slot(mid);
      return receiver ? [[mid, { trackId, receiver }]] : [];
    }));
    const before = new Map(this.#reported);
    const shown = new Set([...wanted.values()].map(({ trackId }) => trackId));
    this.#reported = wanted;
    for (const { trackId } of before.values()) if (!shown.has(trackId)) this.#events.slot(trackId, null, false);
    for (const [mid, { trackId, receiver }] of wanted) {
      const old = before.get(mid);
      if (old?.trackId === trackId && old.receiver === receiver) continue;
      this.#events.slot(trackId, receiver, this.#used.has(receiver));
      this.#used.add(receiver);
    }
  }
}
