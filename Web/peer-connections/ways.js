// @ts-check
/**
 * Each remote track may come by two ways, from its sender and from the server. One of them is shown: the preferred one as soon as
 * something has really arrived there, and until then the one that was shown before. Nothing is taken down before its successor stands.
 *
 * @typedef {'mesh'|'sfu'} Way
 * @typedef {import('../state/clock.js').Clock} Clock
 *
 * @typedef {Object} Arrival a track on one of its ways
 * @property {RTCRtpReceiver} receiver
 * @property {boolean} isHere something was decoded, or it is waited for no longer
 * @property {boolean} isGated nothing may be shown before: another one's last picture may still come
 * @property {number} since
 * @property {number|null} first frames or packets when we began to look
 *
 * @typedef {Object} WayEvents
 * @property {(trackId: string, track: MediaStreamTrack|null) => void} track
 * @property {(trackId: string, playing: boolean) => void} playing
 * @property {() => void} moved another way is shown for some track
 */

/** @type {readonly Way[]} */
const WAYS = ['mesh', 'sfu'];
/** How often one looks whether the first frame is there. */
const LOOK_MS = 100;
/** A key frame that came before we began to look is not waited for longer. */
const GATE_MS = 400;

export class Ways {
  #clock;
  #events;
  /** @type {Way} */
  #preferred = 'mesh';
  /** @type {Map<string, {mesh?: Arrival, sfu?: Arrival, shown: Way|null, track: MediaStreamTrack|null}>} */
  #tracks = new Map();
  #isLooking = false;

  /** @param {{clock: Clock, events: WayEvents}} options */
  constructor({ clock, events }) {
    this.#clock = clock;
    this.#events = events;
  }

  /**
   * A track is to come by this way, or another receiver brings it.
   * @param {string} trackId
   * @param {Way} way
   * @param {RTCRtpReceiver} receiver
   * @param {{isGated?: boolean}} [options]
   */
  open(trackId, way, receiver, { isGated = false } = {}) {
    const entry = this.#tracks.get(trackId) ?? { shown: null, track: null };
    this.#tracks.set(trackId, entry);
    entry[way] = { receiver, isGated, isHere: false, since: this.#clock.now(), first: isGated ? null : 0 };
    this.#choose(trackId);
    this.#lookSoon();
  }

  /** @param {string} trackId @param {Way} way */
  close(trackId, way) {
    const entry = this.#tracks.get(trackId);
    if (!entry?.[way]) return;
    delete entry[way];
    this.#choose(trackId);
    if (!entry.mesh && !entry.sfu) this.#tracks.delete(trackId);
  }

  /** Where media is to come from, from now on. @param {Way} way */
  prefer(way) {
    if (way === this.#preferred) return;
    this.#preferred = way;
    // What arrived long ago on the new way was of another time.
    for (const entry of this.#tracks.values()) if (entry[way] && entry.shown !== way) entry[way].isHere = false;
    for (const trackId of Array.from(this.#tracks.keys())) this.#choose(trackId);
    this.#lookSoon();
  }

  /** The other way ends: nothing is waited for any more. */
  settle() {
    for (const [trackId, entry] of this.#tracks) {
      const arrival = entry[this.#preferred];
      if (arrival) arrival.isHere = true;
      this.#choose(trackId);
    }
  }

  /** @param {string} trackId @returns {Way|null} */
  shown(trackId) {
    return this.#tracks.get(trackId)?.shown ?? null;
  }

  /** What is shown, or heard, of a track. @param {string} trackId @returns {RTCRtpReceiver|undefined} */
  receiver(trackId) {
    const entry = this.#tracks.get(trackId);
    return entry?.shown ? entry[entry.shown]?.receiver : undefined;
  }

  /** @param {string} trackId */
  #choose(trackId) {
    const entry = this.#tracks.get(trackId);
    if (!entry) return;
    const before = entry.shown;
    entry.shown = this.#better(entry);
    const track = entry.shown ? entry[entry.shown]?.receiver.track ?? null : null;
    if (track !== entry.track) this.#show(trackId, entry, track);
    if (before !== entry.shown) this.#events.moved();
  }

  /** @param {{mesh?: Arrival, sfu?: Arrival, shown: Way|null}} entry @returns {Way|null} */
  #better(entry) {
    const way = this.#preferred;
    const other = way === 'mesh' ? 'sfu' : 'mesh';
    const preferred = entry[way];
    if (preferred && isShowable(preferred, entry.shown === way || !entry[other])) return way;
    const rest = entry[other];
    return rest && isShowable(rest, true) ? other : null;
  }

  /**
   * @param {string} trackId
   * @param {{track: MediaStreamTrack|null}} entry
   * @param {MediaStreamTrack|null} track
   */
  #show(trackId, entry, track) {
    if (entry.track) entry.track.onmute = entry.track.onunmute = null;
    entry.track = track;
    const report = () => { if (entry.track === track) this.#events.playing(trackId, track !== null && !track.muted); };
    if (track) track.onmute = track.onunmute = report;
    this.#events.track(trackId, track);
    report();
  }

  #lookSoon() {
    if (this.#isLooking || !this.#awaited().length) return;
    this.#isLooking = true;
    this.#clock.after(LOOK_MS, () => void this.#look());
  }

  /** Those whose first frame would change what is shown. */
  #awaited() {
    return [...this.#tracks].flatMap(([trackId, entry]) => {
      const arrivals = WAYS.flatMap((way) => {
        const arrival = entry[way];
        const matters = arrival?.isGated || (way === this.#preferred && entry.shown !== way);
        return arrival && !arrival.isHere && matters ? [arrival] : [];
      });
      return arrivals.map((arrival) => ({ trackId, arrival }));
    });
  }

  async #look() {
    await Promise.all(this.#awaited().map(async ({ trackId, arrival }) => {
      const count = await arrived(arrival.receiver, arrival.isGated);
      const isLate = arrival.isGated && this.#clock.now() - arrival.since >= GATE_MS;
      arrival.isHere ||= isLate || (arrival.first !== null && count > arrival.first);
      arrival.first ??= count;
      if (arrival.isHere) this.#choose(trackId);
    }));
    this.#isLooking = false;
    this.#lookSoon();
  }
}

/** @param {Arrival} arrival @param {boolean} isNeeded it is shown already, or there is nothing else */
function isShowable({ isHere, isGated }, isNeeded) {
  return isHere || (isNeeded && !isGated);
}

/**
 * How much has come: decoded pictures, key frames where another one's picture may be among them, or packets of sound.
 * @param {RTCRtpReceiver} receiver
 * @param {boolean} isGated
 * @returns {Promise<number>}
 */
async function arrived(receiver, isGated) {
  const report = await receiver.getStats().catch(() => null);
  let count = 0;
  report?.forEach((entry) => {
    if (entry.type !== 'inbound-rtp') return;
    const pictures = isGated ? entry.keyFramesDecoded ?? entry.framesDecoded : entry.framesDecoded;
    count = Math.max(count, (entry.kind === 'video' ? pictures : entry.packetsReceived) ?? 0);
  });
  return count;
}
