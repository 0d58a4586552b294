// @ts-check
/**
 * @typedef {import('../types/state.js').Participant} Participant
 */

/**
 * Raised hands first, in the order they went up; then who speaks; then by name.
 * @param {readonly Participant[]} participants
 * @param {readonly string[]} speaking
 * @param {(left: string, right: string) => number} compare
 * @returns {Participant[]}
 */
export function orderPeople(participants, speaking, compare) {
  /** @param {Participant} person */
  const rank = (person) => (person.hand ? 0 : speaking.includes(person.id) ? 1 : 2);
  return [...participants].sort((left, right) => {
    const byRank = rank(left) - rank(right);
    if (byRank) return byRank;
    const byHand = left.hand ? (left.handAt ?? 0) - (right.handAt ?? 0) : 0;
    return byHand || compare(left.name, right.name) || (left.id < right.id ? -1 : 1);
  });
}
