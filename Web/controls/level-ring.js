// @ts-check
/**
 * Shows how loud the own microphone is, as `--level` (0…1) on an element, frame by frame and only while it is on.
 * Frames stop by themselves while the page is hidden.
 */
export class LevelRing {
  #target;
  #read;
  #frame = 0;
  #shown = -1;

  /**
   * @param {HTMLElement} target
   * @param {() => number} read the level now
   */
  constructor(target, read) {
    this.#target = target;
    this.#read = read;
  }

  /** @param {boolean} isOn */
  set on(isOn) {
    if (isOn === (this.#frame !== 0)) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = isOn ? requestAnimationFrame(this.#step) : 0;
    if (!isOn) this.#show(0);
  }

  #step = () => {
    this.#frame = requestAnimationFrame(this.#step);
    this.#show(this.#read());
  };

  /** @param {number} level */
  #show(level) {
    if (Math.abs(level - this.#shown) < 0.02 && level !== 0) return;
    if (level === this.#shown) return;
    this.#shown = level;
    this.#target.style.setProperty('--level', level.toFixed(2));
  }
}
