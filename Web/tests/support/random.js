// @ts-check
/** A small seeded generator (mulberry32), so that a failure can be run again. @param {number} seed */
export function seeded(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    /** @param {number} below */
    integer: (below) => Math.floor(next() * below),
    /** @template T @param {readonly T[]} items */
    pick: (items) => /** @type {T} */ (items[Math.floor(next() * items.length)]),
  };
}
