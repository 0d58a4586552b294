// @ts-check
/**
 * Time as an argument, so that tests own it.
 *
 * @typedef {Object} Clock
 * @property {() => number} now milliseconds since 1970
 * @property {(milliseconds: number, work: () => void) => () => void} after runs the work once; returns the way to cancel it
 */

/** @type {Clock} the browser's own */
export const systemClock = {
  now: () => Date.now(),
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
};
