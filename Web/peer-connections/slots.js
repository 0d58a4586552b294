// @ts-check
/**
 * The m-lines of the link to the server: own sources first, which only send, then slots, which only receive. Whose track a slot carries
 * changes without a new description; the number of slots only grows.
 *
 * @typedef {import('../types/state.js').Source} Source
 * @typedef {'audio'|'video'} Kind
 */
import { keepToCommonCodecs } from './common-codecs.js';
import { Sources, SOURCES } from './sources.js';

export class Slots extends Sources {
  #connection;
  #order;
  #names;
  /** @type {RTCRtpTransceiver[]} */
  #receiving = [];

  /**
   * @param {RTCPeerConnection} connection
   * @param {import('./sources.js').OwnTrack} ownTrack
   * @param {import('./sources.js').Groups} groups
   * @param {readonly Kind[]} order kinds of the slots, in the order of their m-lines; grows, and outlives the connection, so that mids
   *   mean the same on the next one
   * @param {ReadonlyMap<string, string>} names mid → id of the track that the slot carries now
   */
  constructor(connection, ownTrack, groups, order, names) {
    super(connection, ownTrack, groups, 'sendonly');
    this.#connection = connection;
    this.#order = order;
    this.#names = names;
  }

  /** @override */
  complete() {
    const isNew = !this.transceiver('microphone');
    super.complete();
    if (isNew) for (const source of SOURCES) this.#restrict(this.transceiver(source));
    for (const kind of this.#order.slice(this.#receiving.length)) {
      const transceiver = this.#connection.addTransceiver(kind, { direction: 'recvonly' });
      this.#restrict(transceiver);
      this.#receiving.push(transceiver);
    }
  }

  /** The server says by `slots` what it sends, not by descriptions. @override */
  expect() {}

  /** It never offers. @override */
  adopt() {}

  /** @override @returns {Source|undefined} */
  sourceOf() {
    return undefined;
  }

  /** @override @param {string} mid */
  nameOf(mid) {
    return this.#names.get(mid);
  }

  /** @param {string} mid @returns {RTCRtpReceiver|undefined} */
  slot(mid) {
    return this.#receiving.find((transceiver) => transceiver.mid === mid)?.receiver;
  }

  /** @param {RTCRtpTransceiver|undefined} transceiver */
  #restrict(transceiver) {
    if (transceiver) keepToCommonCodecs(transceiver);
  }
}
