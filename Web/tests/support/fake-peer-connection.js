// @ts-check
/**
 * As much of RTCPeerConnection as negotiation needs, strict where browsers are: states, rollback, candidates of the right
 * generation. Steps take random time; they are chained as the standard's operations queue does.
 */
export class FakePeerConnection {
  static #count = 0;
  signalingState = 'stable';
  /** @type {{type: string, sdp: string}|null} */
  localDescription = null;
  /** @type {{type: string, sdp: string}|null} */
  remoteDescription = null;
  /** The one in force: an offer without its answer is not yet. @type {{type: string, sdp: string}|null} */
  currentRemoteDescription = null;
  /** The offer that both descriptions in force belong to. */
  agreed = '';
  /** @type {Set<string>} candidates of the other side's present generation */
  candidates = new Set();
  closed = false;
  /** @type {((event: {candidate: any}) => void)|null} */
  onicecandidate = null;
  #clock;
  #random;
  #chain = Promise.resolve();
  #offers = 0;
  #generation = 1;
  #restart = true;
  #pending = '';
  #gathering = '';
  #gathered = /** @type {string[]} */ ([]);

  /** @param {{after: (ms: number, work: () => void) => () => void}} clock @param {ReturnType<typeof import('./random.js').seeded>} random */
  constructor(clock, random) {
    this.#clock = clock;
    this.#random = random;
    this.name = `pc${FakePeerConnection.#count++}`;
  }

  get fingerprint() {
    return `sha-256 ${this.name}`;
  }

  /** Which certificate the other side has. */
  get remoteFingerprint() {
    return /fingerprint:(.*)/.exec(this.remoteDescription?.sdp ?? '')?.[1] ?? '';
  }

  get fragment() {
    return `${this.name}-${this.#generation}`;
  }

  get gathered() {
    return this.#gathered;
  }

  restartIce() {
    this.#restart = true;
  }

  close() {
    this.closed = true;
  }

  setLocalDescription() {
    return this.#step(() => {
      if (this.signalingState === 'have-remote-offer') {
        const offer = value(this.remoteDescription?.sdp, 'offer');
        if (this.#restart || value(this.remoteDescription?.sdp, 'restart')) this.#regenerate();
        this.localDescription = { type: 'answer', sdp: this.#sdp('answers', offer) };
        this.agreed = offer;
        this.currentRemoteDescription = this.remoteDescription;
        this.signalingState = 'stable';
      } else {
        const restart = this.#restart;
        if (restart) this.#regenerate();
        this.#pending = `${this.name}/${++this.#offers}`;
        this.localDescription = { type: 'offer', sdp: this.#sdp('offer', this.#pending) + (restart ? 'a=restart:yes\n' : '') };
        this.signalingState = 'have-local-offer';
      }
      this.#gather();
    });
  }

  /** @param {{type: string, sdp: string}} description */
  setRemoteDescription(description) {
    return this.#step(() => {
      const { type, sdp } = description;
      if (type === 'answer') {
        if (this.signalingState !== 'have-local-offer') throw new Error(`answer in ${this.signalingState}`);
        if (value(sdp, 'answers') !== this.#pending) throw new Error('answer to another offer');
        this.agreed = this.#pending;
        this.signalingState = 'stable';
      } else {
        this.signalingState = 'have-remote-offer';
      }
      if (value(sdp, 'ice') !== value(this.remoteDescription?.sdp, 'ice')) this.candidates = new Set();
      this.remoteDescription = { type, sdp };
      if (type === 'answer') this.currentRemoteDescription = this.remoteDescription;
      for (const candidate of value(sdp, 'candidates').split(' ')) if (candidate) this.candidates.add(candidate);
    });
  }

  /** @param {{candidate: string}} [init] */
  addIceCandidate(init) {
    return this.#step(() => {
      if (!this.remoteDescription) throw new Error('candidate before a description');
      if (!init) return;
      if (!init.candidate.startsWith(`${value(this.remoteDescription.sdp, 'ice')}/`)) throw new Error('candidate of another generation');
      this.candidates.add(init.candidate);
    });
  }

  /** @param {() => void} work @returns {Promise<void>} */
  #step(work) {
    const done = this.#chain.then(() => new Promise((resolve, reject) => {
      this.#clock.after(this.#random.integer(40), () => {
        if (this.closed) return; // As in browsers: a closed connection never settles its promises.
        try {
          work();
          resolve(undefined);
        } catch (error) {
          reject(error);
        }
      });
    }));
    this.#chain = done.catch(() => {});
    return done;
  }

  #regenerate() {
    this.#restart = false;
    this.#generation += 1;
    this.#gathered = [];
  }

  /** @param {string} key @param {string} offer */
  #sdp(key, offer) {
    return `a=fingerprint:${this.fingerprint}\na=${key}:${offer}\na=ice:${this.fragment}\na=ice-ufrag:${this.fragment}\na=candidates:${this.#gathered.join(' ')}\n`;
  }

  #gather() {
    const { fragment } = this;
    if (this.#gathering === fragment) return;
    this.#gathering = fragment;
    for (let index = 0; index < 3; index += 1) {
      this.#clock.after(this.#random.integer(200), () => {
        if (this.closed || fragment !== this.fragment) return;
        const candidate = `${fragment}/${index}`;
        this.#gathered.push(candidate);
        if (this.localDescription) {
          this.localDescription.sdp = this.localDescription.sdp.replace(/a=candidates:.*/, `a=candidates:${this.#gathered.join(' ')}`);
        }
        this.onicecandidate?.({ candidate: { candidate } });
      });
    }
  }
}

/** @param {string|undefined} sdp @param {string} key */
function value(sdp, key) {
  return new RegExp(`^a=${key}:(.*)$`, 'm').exec(sdp ?? '')?.[1] ?? '';
}
