// @ts-check
/**
 * Who is on the first page of a grid that has several: oneself, shared screens, and whoever spoke of late. Others keep their places; a
 * speaker from a later page changes places with the one who has been silent the longest, and nobody else moves.
 */
export class PageOrder {
  /** @type {string[]} */
  #order = [];
  /** When somebody was last heard, in rounds of this object. @type {Map<string, number>} */
  #heard = new Map();
  #round = 0;

  /**
   * @param {readonly string[]} tiles ids in their natural order
   * @param {number} perPage
   * @param {{own: string, speaking: readonly string[]}} options `own`: id of the own tile; `speaking`: participants, loudest first
   * @returns {string[]} the same tiles
   */
  arrange(tiles, perPage, { own, speaking }) {
    this.#round += 1;
    for (const id of speaking) this.#heard.set(id, this.#round);
    if (tiles.length <= perPage) {
      this.#order = [];
      return [...tiles];
    }
    const isFresh = this.#order.length === 0;
    const known = this.#order.filter((id) => tiles.includes(id));
    this.#order = isFresh ? [...tiles] : [...known, ...tiles.filter((id) => !known.includes(id))];
    const screens = this.#order.filter((id) => id.endsWith('/screen'));
    const voices = speaking.map((id) => `${id}/camera`).filter((id) => this.#order.includes(id));
    const first = [own, ...screens, ...voices].slice(0, perPage);
    for (const id of first) this.#bringForward(id, perPage, first);
    return [...this.#order];
  }

  /** @param {string} id @param {number} perPage @param {readonly string[]} kept who may not be sent away */
  #bringForward(id, perPage, kept) {
    const from = this.#order.indexOf(id);
    if (from < perPage) return;
    const silent = this.#order.slice(0, perPage).filter((other) => !kept.includes(other));
    // Of those who never spoke, the last one: the first ones have been looked at the longest.
    const quietest = silent.toReversed().sort((left, right) => this.#lastHeard(left) - this.#lastHeard(right))[0];
    if (quietest === undefined) return;
    const to = this.#order.indexOf(quietest);
    this.#order[to] = id;
    this.#order[from] = quietest;
  }

  /** @param {string} tile */
  #lastHeard(tile) {
    return this.#heard.get(tile.slice(0, tile.lastIndexOf('/'))) ?? 0;
  }
}
