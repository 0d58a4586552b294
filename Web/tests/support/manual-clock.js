// @ts-check
/** Time that moves only when a test says so. */
export class ManualClock {
  #now = 1_767_225_600_000;
  #next = 1;
  /** @type {{at: number, order: number, work: () => void}[]} */
  #timers = [];

  now = () => this.#now;

  /** @param {number} milliseconds @param {() => void} work */
  after = (milliseconds, work) => {
    const timer = { at: this.#now + Math.max(0, milliseconds), order: this.#next++, work };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  };

  get pending() {
    return this.#timers.length;
  }

  /** Runs everything that is due within the time. @param {number} milliseconds */
  advance(milliseconds) {
    const end = this.#now + milliseconds;
    while (this.#step(end));
    this.#now = end;
  }

  /** The same, with promises settled between the timers. @param {number} milliseconds */
  async run(milliseconds) {
    const end = this.#now + milliseconds;
    do await settled(); while (this.#step(end));
    this.#now = end;
  }

  /** @param {number} end @returns {boolean} */
  #step(end) {
    const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
    if (!due) return false;
    this.#timers = this.#timers.filter((other) => other !== due);
    this.#now = Math.max(this.#now, due.at);
    due.work();
    return true;
  }
}

/** All promises that can go on have gone on. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}
