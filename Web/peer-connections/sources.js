// @ts-check
/**
 * The transceivers of one connection, one for each source, in a fixed order. Muting, device changes and sharing exchange the
 * sender's track and never the session description.
 *
 * @typedef {import('../types/state.js').Source} Source
 * @typedef {import('../types/messages.js').TrackMap} TrackMap
 * @typedef {(source: Source) => MediaStreamTrack|null} OwnTrack
 * @typedef {{person: MediaStream, screen: MediaStream}} Groups sound and picture that belong together are kept in step
 */

/** @type {readonly Source[]} the order of the m-lines in an offer of ours */
export const SOURCES = ['microphone', 'camera', 'screen', 'screenAudio'];

/** @param {Source} source @returns {'audio'|'video'} */
export function kindOf(source) {
  return source === 'camera' || source === 'screen' ? 'video' : 'audio';
}

export class Sources {
  #connection;
  #ownTrack;
  #groups;
  #direction;
  /** @type {Map<Source, RTCRtpTransceiver>} */
  #transceivers = new Map();
  /** @type {TrackMap} */
  #expected = {};

  /**
   * @param {RTCPeerConnection} connection
   * @param {OwnTrack} ownTrack
   * @param {Groups} groups
   * @param {RTCRtpTransceiverDirection} [direction] of lines that we offer
   */
  constructor(connection, ownTrack, groups, direction = 'sendrecv') {
    this.#connection = connection;
    this.#ownTrack = ownTrack;
    this.#groups = groups;
    this.#direction = direction;
  }

  /** Before an offer: every source has a transceiver, also those that send nothing yet. */
  complete() {
    for (const source of SOURCES) {
      if (this.#transceivers.has(source)) continue;
      const track = this.#ownTrack(source);
      const options = { direction: this.#direction, streams: [this.#group(source)] };
      const transceiver = this.#connection.addTransceiver(track ?? kindOf(source), options);
      this.#transceivers.set(source, transceiver);
    }
  }

  /** @param {TrackMap} tracks of the description that is about to be applied */
  expect(tracks) {
    this.#expected = { ...this.#expected, ...tracks };
  }

  /** After an offer of the other side: its transceivers become ours too. */
  adopt() {
    for (const transceiver of this.#connection.getTransceivers()) {
      const source = transceiver.mid === null ? undefined : this.#expected[transceiver.mid];
      if (!source || this.#transceivers.has(source) || kindOf(source) !== transceiver.receiver.track.kind) continue;
      this.#transceivers.set(source, transceiver);
      transceiver.direction = 'sendrecv';
      transceiver.sender.setStreams(this.#group(source));
      void this.#set(transceiver, this.#ownTrack(source));
    }
  }

  /** @param {string} mid @returns {string|undefined} what the other side sends on it */
  nameOf(mid) {
    return this.#expected[mid] ?? this.tracks()[mid];
  }

  /** @param {RTCRtpTransceiver} transceiver @returns {Source|undefined} what the other side sends on it */
  sourceOf(transceiver) {
    if (transceiver.mid !== null && this.#expected[transceiver.mid]) return this.#expected[transceiver.mid];
    for (const [source, own] of this.#transceivers) if (own === transceiver) return source;
    return undefined;
  }

  /** @returns {TrackMap} */
  tracks() {
    /** @type {TrackMap} */
    const tracks = {};
    for (const [source, { mid }] of this.#transceivers) if (mid !== null) tracks[mid] = source;
    return tracks;
  }

  /** Own track came, went or was exchanged. @param {Source} source */
  async refresh(source) {
    const transceiver = this.#transceivers.get(source);
    if (transceiver) await this.#set(transceiver, this.#ownTrack(source));
  }

  /** @param {Source} source */
  transceiver(source) {
    return this.#transceivers.get(source);
  }

  /** @param {Source} source */
  sender(source) {
    return this.#transceivers.get(source)?.sender;
  }

  /** @param {Source} source */
  receiver(source) {
    return this.#transceivers.get(source)?.receiver;
  }

  /** @param {Source} source */
  #group(source) {
    return source === 'microphone' || source === 'camera' ? this.#groups.person : this.#groups.screen;
  }

  /** @param {RTCRtpTransceiver} transceiver @param {MediaStreamTrack|null} track */
  async #set(transceiver, track) {
    if (transceiver.sender.track === track) return;
    try {
      await transceiver.sender.replaceTrack(track);
    } catch {
      // The connection was closed meanwhile; there is nobody left to send to.
    }
  }
}
