// @ts-check
/**
 * The link to one other participant, or to the server: its connection, its negotiation, its repair, its statistics. What goes over it
 * its lines know.
 *
 * @typedef {import('../types/state.js').Source} Source
 * @typedef {import('../types/state.js').LinkState} LinkState
 * @typedef {import('../state/clock.js').Clock} Clock
 * @typedef {import('../types/messages.js').IceServer} IceServer
 * @typedef {import('../types/messages.js').TrackMap} TrackMap
 * @typedef {import('../types/messages.js').WantedTrack} WantedTrack
 * @typedef {import('./negotiation.js').Signal} Signal
 *
 * @typedef {Object} LinkEvents
 * @property {(signal: Signal) => void} send
 * @property {(source: Source, receiver: RTCRtpReceiver) => void} track the other side's track; the same source may bring a new one
 * @property {(neg: number) => void} [answered] an answer to an offer of ours is in place
 * @property {(change: Partial<LinkState>) => void} changed
 *
 * @typedef {Object} Lines the m-lines of one connection
 * @property {() => void} complete before an offer: what is missing is added
 * @property {(tracks: TrackMap) => void} expect what the other side says that it sends, before its description is applied
 * @property {() => void} adopt its offer is in place
 * @property {() => TrackMap} tracks mid → source of what we send
 * @property {(transceiver: RTCRtpTransceiver) => Source|undefined} sourceOf
 * @property {(mid: string) => string|undefined} nameOf what is received on it, in the statistics
 * @property {(source: Source) => Promise<void>} refresh own track of a source came, went or was exchanged
 * @property {(source: Source) => RTCRtpSender|undefined} sender
 * @property {(source: Source) => RTCRtpReceiver|undefined} receiver
 *
 * @typedef {Object} LinkOptions
 * @property {boolean} polite
 * @property {Clock} clock
 * @property {(configuration: RTCConfiguration) => RTCPeerConnection} connect
 * @property {IceServer[]} iceServers
 * @property {boolean} relayOnly the room hides addresses: everything goes through a relay
 * @property {(connection: RTCPeerConnection) => Lines} lines
 * @property {LinkEvents} events
 */
import { hideAddresses } from './hidden-addresses.js';
import { Negotiation } from './negotiation.js';
import { Recovery } from './recovery.js';
import { RelayWatch } from './relay-watch.js';
import { iceFragment } from './sdp.js';
import { Sending } from './sending.js';
import { bytesReceived, flowed, isStalled, momentaryQuality, noCounters, noFlow, steadied, steady, summarize } from './statistics.js';
import { measureTracks, noTracks } from './track-statistics.js';

/** The impolite side waits for the first offer, but not for ever. */
const FIRST_OFFER_MS = 2_000;
/** An offer without an answer is made again. */
const ANSWER_MS = 10_000;
/** After a change of the way the impolite side waits for the polite one to act, but not for ever. */
const OTHERS_TURN_MS = 3_000;
/** Without a connection for so long: time to say why. */
const PATIENCE_MS = 5_000;
/** Steps the browser refused in a row before the connection is given up. */
const REFUSALS = 3;

export class Link {
  #options;
  #events;
  #iceServers;
  #relayOnly;
  #relays;
  #negotiation;
  #recovery;
  /** @type {RTCPeerConnection} */
  #connection;
  /** @type {Lines} */
  #lines;
  #wasConnected = false;
  /** No attempt has helped yet: trying again is no better than having failed. */
  #hasFailed = false;
  /** Since when there is no connection; 0 while there is one. */
  #apartSince;
  #refusals = 0;
  #closed = false;
  #signalling = true;
  #sending = new Sending();
  #counters = noCounters;
  #tracks = noTracks;
  #quality = steady;
  #flow = noFlow;
  /** @type {Set<() => void>} */
  #timers = new Set();

  /** @param {LinkOptions} options */
  constructor(options) {
    this.#options = options;
    this.#events = options.events;
    this.#iceServers = options.iceServers;
    this.#relayOnly = options.relayOnly;
    this.#relays = new RelayWatch(options.iceServers);
    this.#apartSince = options.clock.now();
    const negotiate = () => this.#negotiation;
    this.#recovery = new Recovery({
      clock: options.clock,
      restart: () => negotiate().wish({ restart: true }),
      rebuild: () => negotiate().rebuild(),
    });
    this.#connection = this.#connect();
    this.#lines = options.lines(this.#connection);
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
    await this.#lines.refresh(source);
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

  /** Newer credentials: for the next gathering; what is connected stays as it is. @param {IceServer[]} iceServers */
  setIceServers(iceServers) {
    this.#iceServers = iceServers;
    this.#relays.configure(iceServers);
    this.#reconfigure();
  }

  /**
   * Addresses are hidden from now on, or no longer: another way for the media. Both sides hear of it; the polite one acts.
   * To hide takes a new connection: after a mere restart browsers stay on the straight way as long as it works.
   * @param {boolean} relayOnly
   */
  setRelayOnly(relayOnly) {
    if (relayOnly === this.#relayOnly) return;
    this.#relayOnly = relayOnly;
    this.#wasConnected = this.#hasFailed = false; // Nothing is wrong with the link: it is made anew.
    const connection = this.#connection;
    const fragment = this.#remoteFragment();
    const change = () => {
      if (this.#connection !== connection || this.#remoteFragment() !== fragment) return;
      if (relayOnly) this.#negotiation.rebuild();
      else this.#negotiation.wish({ restart: true });
    };
    if (!relayOnly) this.#reconfigure();
    if (this.#options.polite) change();
    else this.#after(OTHERS_TURN_MS, change);
  }

  /** What the other side shows of us. @param {readonly WantedTrack[]} video */
  want(video) {
    this.#sending.want(video);
  }

  /** Fits what is sent to the meeting and to the tile over there. @param {number} people */
  async adapt(people) {
    await this.#sending.adapt(this.#lines, people);
  }

  /** There is something to negotiate: other lines. */
  negotiate() {
    this.#negotiation.wish();
  }

  /**
   * Every 500 ms.
   * @param {boolean} expected the other side sends something
   * @param {RTCRtpReceiver} [receiver] where the flow is looked at: what comes there speaks for all
   */
  async watch(expected, receiver = this.#lines.receiver('microphone')) {
    const { clock } = this.#options;
    // Nothing is missed, and what comes after it begins anew.
    if (!expected) return void (this.#flow = noFlow);
    const report = await this.#connection.getStats(receiver?.track ?? null).catch(() => null);
    if (!report || this.#closed) return;
    const now = clock.now();
    this.#flow = flowed(this.#flow, bytesReceived(report), now);
    if (isStalled(this.#flow, now)) this.#recovery.stalled();
    else if (this.#flow.flowedAt === now) this.#recovery.flows();
  }

  /** Every 2 s. */
  async measure() {
    const report = await this.#connection.getStats().catch(() => null);
    if (!report || this.#closed) return;
    const { counters, statistics, uploadKbps } = summarize(report, this.#counters, this.#options.clock.now());
    this.#counters = counters;
    this.#quality = steadied(this.#quality, momentaryQuality(statistics, uploadKbps));
    const measured = measureTracks(report, this.#tracks, this.#counters.at);
    this.#tracks = measured.counters;
    const tracks = Object.fromEntries(measured.tracks.flatMap(([mid, numbers]) => {
      const name = this.#lines.nameOf(mid);
      return name ? [[name, numbers]] : [];
    }));
    this.#events.changed({ statistics, tracks, quality: this.#quality.shown, relay: this.#relayTrouble() });
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
      offerSources: () => this.#lines.complete(),
      expect: (tracks) => this.#lines.expect(tracks),
      adopt: () => this.#adopt(),
      answered: (neg) => this.#events.answered?.(neg),
      tracks: () => this.#lines.tracks(),
      send: (signal) => this.#say(signal),
      failed: () => this.#refused(),
    };
  }

  /** An offer of the other side is in place. */
  #adopt() {
    this.#lines.adopt();
    const before = iceFragment(this.#connection.currentRemoteDescription?.sdp ?? '');
    if (before && before !== this.#remoteFragment()) this.#recovery.restarted();
  }

  /** @param {import('./negotiation.js').Signal} signal */
  #say(signal) {
    const sayable = this.#relayOnly ? hideAddresses(signal) : signal;
    if (sayable) this.#events.send(sayable);
  }

  /** Why there is no connection, when the relays are the reason. */
  #relayTrouble() {
    const now = this.#options.clock.now();
    if (!this.#apartSince || now - this.#apartSince < PATIENCE_MS) return null;
    const verdict = this.#relays.verdict(now);
    // With nothing to offer the browser does not even begin, and so never fails either.
    if (verdict && this.#connection.connectionState === 'new') this.#recovery.changed('failed');
    return verdict;
  }

  #remoteFragment() {
    return iceFragment(this.#connection.remoteDescription?.sdp ?? '');
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
    this.#lines = this.#options.lines(this.#connection);
    this.#counters = noCounters;
    this.#tracks = noTracks;
    this.#flow = noFlow;
    // A connection that cannot even begin says nothing: the time without one counts from here.
    this.#apartSince ||= this.#options.clock.now();
    this.#events.changed({ state: this.#shownState('new') });
  }

  #configuration() {
    return /** @type {RTCConfiguration} */ ({
      iceServers: this.#iceServers, bundlePolicy: 'max-bundle', iceTransportPolicy: this.#relayOnly ? 'relay' : 'all',
    });
  }

  #reconfigure() {
    if (this.#connection.signalingState !== 'closed') this.#connection.setConfiguration(this.#configuration());
  }

  #connect() {
    const connection = this.#options.connect(this.#configuration());
    connection.onicecandidate = ({ candidate }) => {
      if (candidate && candidate.candidate === '') return; // Firefox's end mark of one generation.
      if (candidate) this.#relays.candidate(candidate.candidate);
      this.#negotiation.candidate(candidate && plain(candidate));
    };
    connection.onicecandidateerror = (error) => this.#relays.failed(error);
    connection.onicegatheringstatechange = () => {
      if (connection.iceGatheringState === 'gathering') this.#relays.begin(this.#options.clock.now());
      if (connection.iceGatheringState === 'complete') this.#relays.ended();
    };
    connection.ontrack = ({ transceiver }) => this.#gotTrack(transceiver);
    connection.onconnectionstatechange = () => this.#stateChanged(connection.connectionState);
    return connection;
  }

  /** @param {RTCPeerConnection} connection */
  #silence(connection) {
    connection.onicecandidate = connection.onicecandidateerror = connection.onicegatheringstatechange = null;
    connection.ontrack = connection.onconnectionstatechange = null;
  }

  /** @param {RTCRtpTransceiver} transceiver */
  #gotTrack(transceiver) {
    const source = this.#lines.sourceOf(transceiver);
    if (source) this.#events.track(source, transceiver.receiver);
  }

  /** @param {RTCPeerConnectionState} state */
  #stateChanged(state) {
    if (this.#closed) return;
    if (state === 'connected') {
      this.#wasConnected = true;
      this.#hasFailed = false;
      this.#refusals = 0;
      this.#apartSince = 0;
      this.#events.changed({ relay: null });
    } else {
      this.#apartSince ||= this.#options.clock.now();
      this.#hasFailed ||= state === 'failed';
      if (state === 'failed') this.#relays.ended();
    }
    this.#events.changed({ state: this.#shownState(state) });
    this.#recovery.changed(state);
  }

  /** @param {RTCPeerConnectionState} state @returns {LinkState['state']} */
  #shownState(state) {
    if (state === 'connected') return 'connected';
    if (this.#hasFailed) return 'failed';
    return state === 'disconnected' || this.#wasConnected ? 'unstable' : 'connecting';
  }
}

/** @param {RTCIceCandidate} candidate @returns {import('../types/messages.js').Candidate} */
function plain({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) {
  return { candidate, sdpMid, sdpMLineIndex, usernameFragment };
}
