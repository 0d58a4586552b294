// @ts-check
/**
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').Participant} Participant
 */

/** @param {State} state @returns {Participant|undefined} */
export function self(state) {
  return state.participants.find(({ id }) => id === state.you?.id);
}

/** @param {State} state */
export function others(state) {
  return state.participants.filter(({ id }) => id !== state.you?.id);
}

/** @param {State} state */
export function isHost(state) {
  return state.you?.role === 'host';
}

/** @param {State} state whether we hold, or held a moment ago, a seat in the room */
export function isInRoom({ meetingState }) {
  return meetingState === 'joined' || meetingState === 'reconnecting';
}

/** @param {State} state whether the server forwards media, or is about to: then it also hears who speaks */
export function isByServer({ roomInfo }) {
  return roomInfo?.topology === 'sfu';
}

/** Raised hands, the first one first. @param {State} state */
export function raisedHands(state) {
  return state.participants.filter(({ hand }) => hand).sort((a, b) => (a.handAt ?? 0) - (b.handAt ?? 0) || (a.id < b.id ? -1 : 1));
}

/**
 * As the people panel shows them: hands in order, then speakers, then the alphabet.
 * @param {State} state
 * @param {(a: string, b: string) => number} [compare] of the language, for example `Intl.Collator#compare`
 */
export function peopleInOrder(state, compare = (a, b) => a.localeCompare(b)) {
  const hands = raisedHands(state);
  const rest = state.participants.filter(({ hand }) => !hand);
  const speakers = state.speaking.flatMap((id) => rest.filter((participant) => participant.id === id));
  const quiet = rest.filter(({ id }) => !state.speaking.includes(id)).sort((a, b) => compare(a.name, b.name));
  return [...hands, ...speakers, ...quiet];
}

/** @param {State} state */
export function worstTrouble(state) {
  return state.troubles[0] ?? null;
}

/** @param {State} state @param {string} id */
export function participantName(state, id) {
  return state.participants.find((participant) => participant.id === id)?.name ?? '';
}
