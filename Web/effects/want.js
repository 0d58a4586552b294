// @ts-check
/**
 * Tells the others, by way of the server, how large their pictures are shown here: not more often than needed, and again after a
 * reconnection. Where the server forwards, it gives its slots to what is told here.
 * @typedef {import('../types/messages.js').WantedTrack} WantedTrack
 */

/** A window that is being resized settles first. Part of the contract. */
const SETTLE_MS = 150;

export class Wants {
  #clock;
  #say;
  #needs;
  /** Null until the stage has spoken: an empty list would tell the others to stop sending. @type {readonly WantedTrack[]|null} */
  #tiles = null;
  #said = '';
  #cancel = () => {};

  /**
   * @param {{clock: import('../state/clock.js').Clock, say: (video: WantedTrack[]) => void, needs?: (trackId: string) => boolean}} options
   *   `needs`: whether a visible track is to be asked for
   */
  constructor({ clock, say, needs = () => true }) {
    this.#clock = clock;
    this.#say = say;
    this.#needs = needs;
  }

  /** @param {readonly WantedTrack[]} tiles in order of importance */
  show(tiles) {
    this.#tiles = tiles;
    this.reconsider();
  }

  /** What is needed of it may have changed. */
  reconsider() {
    this.#cancel();
    this.#cancel = this.#clock.after(SETTLE_MS, () => this.#tell());
  }

  /** A fresh seat, new slots, another topology: what was said before does not count. */
  repeat() {
    this.#said = '';
    this.#cancel();
    this.#tell();
  }

  #tell() {
    if (!this.#tiles) return;
    const video = this.#tiles.filter(({ track }) => this.#needs(track)).map(({ track, width, height, priority }) => {
      const size = { track, width: Math.round(width), height: Math.round(height) };
      return priority === undefined ? size : { ...size, priority };
    });
    const text = JSON.stringify(video);
    if (text === this.#said) return;
    this.#said = text;
    this.#say(video);
  }
}
