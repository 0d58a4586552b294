// @ts-check
/**
 * Where whoever renders finds the MediaStream of a track. Ids are `participant/source`; own tracks are `you/…`, and `<own id>/…`
 * as well once we are in a room.
 *
 * Event `change` (`detail.track`): the stream of a track came, went or was exchanged.
 */
export class MediaRegistry extends EventTarget {
  #makeStream;
  /** @type {Map<string, MediaStream>} */
  #streams = new Map();
  #own = '';

  /** @param {(tracks: MediaStreamTrack[]) => MediaStream} makeStream */
  constructor(makeStream) {
    super();
    this.#makeStream = makeStream;
  }

  /** @param {string} trackId @returns {MediaStream|null} */
  stream(trackId) {
    return this.#streams.get(this.resolve(trackId)) ?? null;
  }

  /** @param {string} trackId @param {MediaStreamTrack|null} track */
  set(trackId, track) {
    const present = this.#streams.get(trackId);
    if (present?.getTracks()[0] === track) return;
    if (!present && !track) return;
    if (track) this.#streams.set(trackId, this.#makeStream([track]));
    else this.#streams.delete(trackId);
    this.#announce(trackId);
  }

  /** Who we are in this room; '' outside. @param {string} id */
  setOwn(id) {
    if (id === this.#own) return;
    this.#own = id;
    for (const trackId of this.#streams.keys()) if (trackId.startsWith('you/')) this.#announce(trackId);
  }

  /** @param {string} trackId `<own id>/camera` → `you/camera` */
  resolve(trackId) {
    return this.#own && trackId.startsWith(`${this.#own}/`) ? `you${trackId.slice(this.#own.length)}` : trackId;
  }

  /** @param {string} trackId */
  #announce(trackId) {
    this.dispatchEvent(new CustomEvent('change', { detail: { track: trackId } }));
    if (this.#own && trackId.startsWith('you/')) {
      this.dispatchEvent(new CustomEvent('change', { detail: { track: `${this.#own}${trackId.slice(3)}` } }));
    }
  }
}
