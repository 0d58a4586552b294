// @ts-check
/**
 * Tells the others how large their pictures are shown here: not more often than needed, and again after a reconnection.
 * @typedef {import('../types/messages.js').WantedTrack} WantedTrack
 */

/** A window that is being resized settles first. */
const SETTLE_MS = 300;

export class Wants {
  #clock;
  #say;
  /** Null until the stage has spoken: an empty list would tell the others to stop sending. @type {readonly WantedTrack[]|null} */
  #tiles = null;
  #said = '';
  #cancel = () => {};

  /** @param {{clock: import('../state/clock.js').Clock, say: (video: WantedTrack[]) => void}} options */
  constructor({ clock, say }) {
    this.#clock = clock;
    this.#say = say;
  }

  /** @param {readonly WantedTrack[]} tiles in order of importance */
  show(tiles) {
    this.#tiles = tiles;
    this.#cancel();
    this.#cancel = this.#clock.after(SETTLE_MS, () => this.#tell());
  }

  /** A fresh seat: the others know nothing of us yet. */
  repeat() {
    this.#said = '';
    this.#cancel();
    this.#tell();
  }

  #tell() {
    if (!this.#tiles) return;
    const video = this.#tiles.map(({ track, width, height, priority }) => {
      const size = { track, width: Math.round(width), height: Math.round(height) };
      return priority === undefined ? size : { ...size, priority };
    });
    const text = JSON.stringify(video);
    if (text === this.#said) return;
    this.#said = text;
    this.#say(video);
  }
}
