// @ts-check
/**
 * Parts of the page that come after its first picture, so that joining does not wait for them. They are fetched when the browser is idle:
 * who opens one later does not need the server for it. A part that could not be fetched is tried again until it is there.
 */
import { systemClock } from '../state/clock.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** Where the browser does not say when it is idle, and for pages that are never. */
const IDLE_AFTER_MS = 1_500;

/**
 * @template T
 * @typedef {(attempt: number) => Promise<T>} Load `attempt` counts from 0
 */

/**
 * Loads until it succeeds; never rejects.
 * @template T
 * @param {Load<T>} load
 * @param {import('../state/clock.js').Clock} [clock]
 * @returns {Promise<T>}
 */
export async function insist(load, clock = systemClock) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await load(attempt);
    } catch {
      // The server is away, or the line is: it is said on the page, and the browser has noted the failed request.
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
      await new Promise((resolve) => clock.after(pause, () => resolve(undefined)));
    }
  }
}

/**
 * What to append to a module's address: browsers may remember that an address failed, so each new try has one of its own.
 * @param {number} attempt
 */
export const again = (attempt) => (attempt ? `?again=${attempt}` : '');

/**
 * Named parts, each fetched once.
 * @template {string} Name
 * @template T
 */
export class Later {
  #loads;
  #clock;
  /** @type {Map<Name, Promise<T>>} */
  #coming = new Map();

  /**
   * @param {Record<Name, Load<T>>} loads
   * @param {import('../state/clock.js').Clock} [clock]
   */
  constructor(loads, clock = systemClock) {
    this.#loads = loads;
    this.#clock = clock;
  }

  /**
   * @param {Name} name
   * @returns {Promise<T>} when it is there; never rejects
   */
  bring(name) {
    const coming = this.#coming.get(name) ?? insist(this.#loads[name], this.#clock);
    this.#coming.set(name, coming);
    return coming;
  }

  /**
   * Fetches these, or all, as soon as there is nothing better to do.
   * @param {Name[]} [names]
   */
  whenIdle(names = /** @type {Name[]} */ (Object.keys(this.#loads))) {
    const fetch = () => names.forEach((name) => void this.bring(name));
    if ('requestIdleCallback' in globalThis) requestIdleCallback(fetch, { timeout: IDLE_AFTER_MS });
    else this.#clock.after(IDLE_AFTER_MS, fetch);
  }
}
