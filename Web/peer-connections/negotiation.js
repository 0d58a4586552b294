// @ts-check
/**
 * Perfect negotiation of one link, over one RTCPeerConnection at a time.
 *
 * Everything that touches the connection runs in one queue, so that no two steps overlap. Offers are numbered (`neg`): one side
 * takes odd numbers, the other even ones, so an answer or a candidate always names one offer. One offer is in flight; wishes
 * coalesce into the next one. A description with an unknown fingerprint comes from a page that was reloaded: its peer is gone,
 * and so must ours be; `renew` makes a new one.
 *
 * @typedef {import('../types/messages.js').TrackMap} TrackMap
 * @typedef {import('../types/messages.js').Candidate} Candidate
 * @typedef {{type: 'offer'|'answer', neg: number, sdp: string, tracks: TrackMap}} Description
 * @typedef {Description|{type: 'candidate', neg: number, candidate: Candidate|null}} Signal
 * @typedef {Description|{type: 'candidate', neg: number, candidate: Candidate|string|null}} RemoteSignal
 *
 * @typedef {Object} Peer what is asked of the link
 * @property {RTCPeerConnection} connection the present one
 * @property {() => void} renew replaces it by a new one
 * @property {() => void} offerSources makes sure that every source has its transceiver, before an offer
 * @property {(tracks: TrackMap) => void} expect which source comes on which mid, before a description is applied
 * @property {() => void} adopt attaches own sources to the transceivers that an offer brought
 * @property {(neg: number) => void} [answered] an answer to an offer of ours is in place
 * @property {() => TrackMap} tracks mid → source, for descriptions of ours
 * @property {(signal: Signal) => void} send
 * @property {(error: unknown) => void} failed a step was refused by the browser
 */
import { fingerprint } from './sdp.js';

/** Candidates of an offer that has not come yet. */
const EARLY_CANDIDATES = 64;

export class Negotiation {
  #peer;
  #polite;
  /** @type {Promise<void>} */
  #queue = Promise.resolve();
  #wished = false;
  #restart = false;
  #highest;
  #begun = false;
  /** The offer of ours that waits for its answer. */
  #inFlight = 0;
  /** The offer whose descriptions are applied, or being applied, here. */
  #localNeg = 0;
  #remoteNeg = 0;
  /** The latest offer of theirs that was applied: an older one is a straggler. */
  #theirOffer = 0;
  #remoteFingerprint = '';
  /** @type {{neg: number, candidate: Candidate|string|null}[]} */
  #early = [];
  /** @type {Candidate[]} */
  #sent = [];
  #closed = false;

  /**
   * @param {{peer: Peer, polite: boolean, first?: number}} options
   *   `first`: offers are numbered from here; a page that was reloaded starts higher than before, so that late answers to its
   *   former self are not taken for its own
   */
  constructor({ peer, polite, first = 0 }) {
    this.#peer = peer;
    this.#polite = polite;
    this.#highest = first;
  }

  /** An offer of ours waits for its answer. */
  get isWaiting() {
    return this.#inFlight !== 0;
  }

  get hasBegun() {
    return this.#begun;
  }

  /** Nothing is done any more, whatever is still in the queue. */
  close() {
    this.#closed = true;
  }

  /**
   * Something is to be negotiated; several wishes make one offer.
   * @param {{restart?: boolean}} [options]
   */
  wish({ restart = false } = {}) {
    this.#begun = true;
    this.#wished = true;
    this.#restart ||= restart;
    this.#run(() => this.#offer());
  }

  /** @param {RemoteSignal} signal */
  receive(signal) {
    switch (signal.type) {
      case 'offer':
        this.#begun = true;
        return this.#run(() => this.#takeOffer(signal));
      case 'answer':
        return this.#run(() => this.#takeAnswer(signal));
      case 'candidate':
        return this.#run(() => this.#takeCandidate(signal));
    }
  }

  /** A candidate of our own connection. @param {Candidate|null} candidate */
  candidate(candidate) {
    if (candidate) this.#sent.push(candidate);
    this.#peer.send({ type: 'candidate', neg: this.#localNeg, candidate });
  }

  /**
   * Signalling came back: what was half done may have been lost on the way. An open offer is made anew; an answer and the
   * candidates are said again, and the other side drops what it has.
   */
  resume() {
    this.#run(async () => {
      if (this.#inFlight) return this.#makeOffer();
      const description = this.#peer.connection.localDescription;
      if (!this.#localNeg || description?.type !== 'answer') return this.#sendCandidates();
      this.#peer.send({ type: 'answer', neg: this.#localNeg, sdp: description.sdp, tracks: this.#peer.tracks() });
      this.#sendCandidates();
    });
  }

  /** No answer came: the offer is made again under a new number. */
  repeat() {
    this.#run(async () => {
      if (this.#inFlight) await this.#makeOffer();
    });
  }

  /** Starts over with a new connection: nothing else helped. */
  rebuild() {
    this.#run(async () => {
      this.#renew();
      await this.#makeOffer();
    });
  }

  /** Resolves when everything asked so far is done; for tests. */
  idle() {
    return this.#queue;
  }

  #sendCandidates() {
    for (const candidate of this.#sent) this.#peer.send({ type: 'candidate', neg: this.#localNeg, candidate });
  }

  async #offer() {
    if (!this.#wished || this.#inFlight) return;
    await this.#makeOffer();
  }

  async #makeOffer() {
    this.#wished = false;
    this.#peer.offerSources();
    const { connection } = this.#peer;
    if (this.#restart) connection.restartIce();
    this.#restart = false;
    const neg = this.#nextNeg();
    this.#inFlight = neg;
    this.#startLocal(neg);
    await connection.setLocalDescription();
    this.#sendDescription('offer', neg);
  }

  /** @param {Description} offer */
  async #takeOffer(offer) {
    const print = fingerprint(offer.sdp);
    const reloaded = this.#remoteFingerprint !== '' && print !== this.#remoteFingerprint;
    if (!reloaded && offer.neg <= this.#theirOffer) return;
    const collision = this.#inFlight !== 0;
    if (collision && !reloaded && !this.#polite) {
      this.#highest = Math.max(this.#highest, offer.neg);
      return;
    }
    // Transceivers of an offer that never had an answer cannot be taken back: a connection that never worked is replaced.
    if (reloaded || (collision && this.#remoteFingerprint === '')) this.#renew();
    this.#inFlight = 0;
    this.#highest = Math.max(this.#highest, offer.neg);
    this.#peer.expect(offer.tracks);
    const { connection } = this.#peer;
    await connection.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    this.#remoteFingerprint = print;
    this.#theirOffer = offer.neg;
    this.#peer.adopt();
    this.#startLocal(offer.neg);
    await connection.setLocalDescription();
    this.#sendDescription('answer', offer.neg);
    await this.#applied(offer.neg);
    if (collision && !reloaded) this.#wished = true;
    await this.#offer();
  }

  /** @param {Description} answer */
  async #takeAnswer(answer) {
    if (answer.neg !== this.#inFlight) return this.#takeStray(answer.neg);
    const print = fingerprint(answer.sdp);
    if (this.#remoteFingerprint !== '' && print !== this.#remoteFingerprint) {
      this.#renew();
      return this.#makeOffer();
    }
    this.#peer.expect(answer.tracks);
    await this.#peer.connection.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
    this.#inFlight = 0;
    this.#remoteFingerprint = print;
    this.#peer.answered?.(answer.neg);
    await this.#applied(answer.neg);
    await this.#offer();
  }

  /**
   * An answer to an offer that we have given up since. When it is newer than what we agreed on, the other side holds on to a
   * session that is not ours: the two had crossed. One more offer brings them together.
   * @param {number} neg
   */
  async #takeStray(neg) {
    if (this.#inFlight || neg <= this.#remoteNeg) return;
    this.#wished = true;
    await this.#offer();
  }

  /** @param {{neg: number, candidate: Candidate|string|null}} signal */
  async #takeCandidate({ neg, candidate }) {
    if (neg === this.#remoteNeg) return this.#addCandidate(candidate);
    if (neg > this.#remoteNeg || neg === this.#inFlight) this.#early = [...this.#early, { neg, candidate }].slice(-EARLY_CANDIDATES);
  }

  /** A remote description is in place: its candidates may come in. @param {number} neg */
  async #applied(neg) {
    this.#remoteNeg = neg;
    const early = this.#early.filter((one) => one.neg === neg);
    this.#early = this.#early.filter((one) => one.neg > neg);
    for (const { candidate } of early) await this.#addCandidate(candidate);
  }

  /** @param {Candidate|string|null} candidate */
  async #addCandidate(candidate) {
    const init = typeof candidate === 'string' ? { candidate, sdpMid: '0' } : candidate;
    try {
      await this.#peer.connection.addIceCandidate(init ?? undefined);
    } catch {
      // One candidate that the browser does not like (an old fragment, an unknown protocol) is no reason to stop.
    }
  }

  #renew() {
    this.#peer.renew();
    this.#inFlight = 0;
    this.#localNeg = 0;
    this.#remoteFingerprint = '';
    this.#remoteNeg = 0;
    this.#theirOffer = 0;
    this.#sent = [];
    this.#early = [];
    this.#restart = false;
  }

  /** @param {number} neg */
  #startLocal(neg) {
    this.#localNeg = neg;
    this.#sent = [];
  }

  /** @param {'offer'|'answer'} type @param {number} neg */
  #sendDescription(type, neg) {
    const sdp = this.#peer.connection.localDescription?.sdp ?? '';
    this.#peer.send({ type, neg, sdp, tracks: this.#peer.tracks() });
  }

  #nextNeg() {
    const next = this.#highest + 1;
    const odd = next % 2 === 1;
    this.#highest = odd === this.#polite ? next : next + 1;
    return this.#highest;
  }

  /** @param {() => Promise<void>|void} step */
  #run(step) {
    this.#queue = this.#queue.then(async () => {
      if (this.#closed) return;
      try {
        await step();
      } catch (error) {
        if (!this.#closed) this.#peer.failed(error);
      }
    });
  }
}
