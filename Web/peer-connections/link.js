// @ts-check
/**
 * The link to one other participant: its connection, its negotiation, its repair, its statistics.
 *
 * @typedef {import('../types/state.js').Source} Source
 * @typedef {import('../types/state.js').LinkState} LinkState
 * @typedef {import('../state/clock.js').Clock} Clock
 * @typedef {import('../types/messages.js').IceServer} IceServer
 * @typedef {import('../types/messages.js').WantedTrack} WantedTrack
 * @typedef {import('./negotiation.js').Signal} Signal
 *
 * @typedef {Object} LinkEvents
 * @property {(signal: Signal) => void} send
 * @property {(source: Source, track: MediaStreamTrack) => void} track the other side's track; the same source may bring a new one
 * @property {(source: Source, playing: boolean) => void} playing
 * @property {(change: Partial<LinkState>) => void} changed
 *
 * @typedef {Object} LinkOptions
 * @property {boolean} polite
 * @property {Clock} clock
 * @property {(configuration: RTCConfiguration) => RTCPeerConnection} connect
 * @property {() => MediaStream} makeStream
 * @property {IceServer[]} iceServers
 * @property {import('./sources.js').OwnTrack} ownTrack
 * @property {LinkEvents} events
 */
import { applyEncoding, cameraEncoding, screenEncoding } from './adaptation.js';
import { Negotiation } from './negotiation.js';
import { Recovery } from './recovery.js';
import { Sources } from './sources.js';
import { bytesReceived, flowed, isStalled, momentaryQuality, noCounters, noFlow, steadied, steady, summarize } from './statistics.js';

/** The impolite side waits for the first offer, but not for ever. */
const FIRST_OFFER_MS = 2_000;
/** An offer without an answer is made again. */
const ANSWER_MS = 10_000;
/** Steps the browser refused in a row before the connection is given up. */
const REFUSALS = 3;

export class Link {
  #options;
  #events;
  #iceServers;
  #groups;
  #negotiation;
  #recovery;
  /** @type {RTCPeerConnection} */
  #connection;
  /** @type {Sources} */
  #sources;
  #wasConnected = false;
  #refusals = 0;
  #closed = false;
  #signalling = true;
  /** @type {Map<Source, WantedTrack|null>} */
  #wanted = new Map();
  #counters = noCounters;
  #quality = steady;
  #flow = noFlow;
  /** @type {Set<() => void>} */
  #timers = new Set();

  /** @param {LinkOptions} options */
  constructor(options) {
    this.#options = options;
    this.#events = options.events;
    this.#iceServers = options.iceServers;
    this.#groups = { person: options.makeStream(), screen: options.makeStream() };
    const negotiate = () => this.#negotiation;
    this.#recovery = new Recovery({
      clock: options.clock,
      restart: () => negotiate().wish({ restart: true }),
      rebuild: () => negotiate().rebuild(),
    });
    this.#connection = this.#connect();
    this.#sources = new Sources(this.#connection, options.ownTrack, this.#groups);
    const first = Math.floor(options.clock.now() / 1000);
    this.#negotiation = new Negotiation({ polite: options.polite, peer: this.#peer(), first });
    this.#begin();
  }

  /** @param {import('./negotiation.js').RemoteSignal} signal */
  receive(signal) {
    this.#negotiation.receive(signal);
  }

  /** Own track of a source came, went or was exchanged. @param {Source} source */
  async refresh(source) {
    await this.#sources.refresh(source);
  }

  /** @param {boolean} works offers can reach the other side */
  signalling(works) {
    const back = works && !this.#signalling;
    this.#signalling = works;
    if (back) this.#negotiation.resume();
    this.#recovery.signalling(works);
  }

  networkChanged() {
    this.#recovery.networkChanged();
  }

  /** @param {IceServer[]} iceServers */
  setIceServers(iceServers) {
    this.#iceServers = iceServers;
    this.#connection.setConfiguration({ ...this.#configuration() });
  }

  /**
   * What the other side shows of us.
   * @param {readonly WantedTrack[]} video
   */
  want(video) {
    for (const source of /** @type {const} */ (['camera', 'screen'])) {
      this.#wanted.set(source, video.find(({ track }) => track.endsWith(`/${source}`)) ?? null);
    }
  }

  /**
   * Fits what is sent to the meeting and to the tile over there.
   * @param {number} people
   */
  async adapt(people) {
    const camera = this.#sources.sender('camera');
    const screen = this.#sources.sender('screen');
    const microphone = this.#sources.sender('microphone');
    if (microphone) await applyEncoding(microphone, { maxBitrate: 40_000 }, { priority: 'high' });
    if (camera) {
      const captured = camera.track?.getSettings().height ?? 0;
      const encoding = cameraEncoding({ people, captured, wanted: this.#wanted.get('camera') });
      await applyEncoding(camera, encoding, { priority: 'low', degradationPreference: 'balanced' });
    }
    if (screen) {
      const hint = screen.track?.contentHint === 'motion' ? 'motion' : 'detail';
      const encoding = screenEncoding({ people, hint, wanted: this.#wanted.get('screen') });
      const degradationPreference = hint === 'motion' ? 'balanced' : 'maintain-resolution';
      await applyEncoding(screen, encoding, { priority: 'medium', degradationPreference });
    }
  }

  /** How loud the other side is now, 0…1: the level of the latest packet that was played. */
  level() {
    const [latest] = this.#sources.receiver('microphone')?.getSynchronizationSources() ?? [];
    const fresh = latest && this.#options.clock.now() - latest.timestamp < 500;
    return fresh ? (latest.audioLevel ?? 0) : 0;
  }

  /** Every 500 ms. @param {boolean} expected the other side sends something */
  async watch(expected) {
    const { clock } = this.#options;
    const report = await this.#connection.getStats(this.#sources.receiver('microphone')?.track ?? null).catch(() => null);
    if (!report || this.#closed) return;
    this.#flow = flowed(this.#flow, bytesReceived(report), clock.now());
    if (expected && isStalled(this.#flow, clock.now())) this.#recovery.stalled();
  }

  /** Every 2 s. */
  async measure() {
    const report = await this.#connection.getStats().catch(() => null);
    if (!report || this.#closed) return;
    const { counters, statistics, uploadKbps } = summarize(report, this.#counters, this.#options.clock.now());
    this.#counters = counters;
    this.#quality = steadied(this.#quality, momentaryQuality(statistics, uploadKbps));
    this.#events.changed({ statistics, quality: this.#quality.shown });
  }

  close() {
    this.#closed = true;
    this.#negotiation.close();
    this.#recovery.stop();
    for (const cancel of this.#timers) cancel();
    this.#silence(this.#connection);
    this.#connection.close();
  }

  /** For tests and for `?debug`. */
  get connection() {
    return this.#connection;
  }

  #begin() {
    if (this.#options.polite) this.#negotiation.wish();
    else this.#after(FIRST_OFFER_MS, () => { if (!this.#negotiation.hasBegun) this.#negotiation.wish(); });
    this.#checkAnswer();
  }

  #checkAnswer() {
    const waited = this.#negotiation.isWaiting;
    this.#after(ANSWER_MS, () => {
      if (waited && this.#negotiation.isWaiting && this.#signalling) this.#negotiation.repeat();
      this.#checkAnswer();
    });
  }

  /** @param {number} delay @param {() => void} work */
  #after(delay, work) {
    const cancel = this.#options.clock.after(delay, () => {
      this.#timers.delete(cancel);
      work();
    });
    this.#timers.add(cancel);
  }

  /** @returns {import('./negotiation.js').Peer} */
  #peer() {
    const link = this;
    return {
      get connection() {
        return link.#connection;
      },
      renew: () => this.#renew(),
      offerSources: () => this.#sources.complete(),
      expect: (tracks) => this.#sources.expect(tracks),
      adopt: () => this.#sources.adopt(),
      tracks: () => this.#sources.tracks(),
      send: (signal) => this.#events.send(signal),
      failed: () => this.#refused(),
    };
  }

  /** A description the browser would not take: once may be bad luck, again and again is a broken connection. */
  #refused() {
    this.#refusals += 1;
    const dead = this.#connection.signalingState === 'closed';
    if (dead || this.#refusals === REFUSALS) this.#after(1_000, () => this.#negotiation.rebuild());
  }

  #renew() {
    this.#silence(this.#connection);
    this.#connection.close();
    this.#connection = this.#connect();
    this.#sources = new Sources(this.#connection, this.#options.ownTrack, this.#groups);
    this.#counters = noCounters;
    this.#flow = noFlow;
    this.#events.changed({ state: shownState('new', this.#wasConnected) });
  }

  #configuration() {
    return /** @type {RTCConfiguration} */ ({ iceServers: this.#iceServers, bundlePolicy: 'max-bundle' });
  }

  #connect() {
    const connection = this.#options.connect(this.#configuration());
    connection.onicecandidate = ({ candidate }) => {
      if (candidate && candidate.candidate === '') return; // Firefox's end mark of one generation.
      this.#negotiation.candidate(candidate && plain(candidate));
    };
    connection.ontrack = ({ transceiver, track }) => this.#gotTrack(transceiver, track);
    connection.onconnectionstatechange = () => this.#stateChanged(connection.connectionState);
    return connection;
  }

  /** @param {RTCPeerConnection} connection */
  #silence(connection) {
    connection.onicecandidate = connection.ontrack = connection.onconnectionstatechange = null;
  }

  /** @param {RTCRtpTransceiver} transceiver @param {MediaStreamTrack} track */
  #gotTrack(transceiver, track) {
    const source = this.#sources.sourceOf(transceiver);
    if (!source) return;
    const connection = this.#connection;
    const report = () => { if (this.#connection === connection && !this.#closed) this.#events.playing(source, !track.muted); };
    track.onunmute = track.onmute = report;
    this.#events.track(source, track);
    report();
  }

  /** @param {RTCPeerConnectionState} state */
  #stateChanged(state) {
    if (this.#closed) return;
    if (state === 'connected') {
      this.#wasConnected = true;
      this.#refusals = 0;
    }
    this.#events.changed({ state: shownState(state, this.#wasConnected) });
    this.#recovery.changed(state);
  }
}

/**
 * @param {RTCPeerConnectionState} state
 * @param {boolean} wasConnected
 * @returns {LinkState['state']}
 */
function shownState(state, wasConnected) {
  switch (state) {
    case 'connected':
      return 'connected';
    case 'failed':
      return 'failed';
    case 'disconnected':
      return 'unstable';
    default:
      return wasConnected ? 'unstable' : 'connecting';
  }
}

/** @param {RTCIceCandidate} candidate @returns {import('../types/messages.js').Candidate} */
function plain({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) {
  return { candidate, sdpMid, sdpMLineIndex, usernameFragment };
}
