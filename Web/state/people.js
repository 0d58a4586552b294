// @ts-check
/**
 * @typedef {import('./actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').Participant} Participant
 * @typedef {import('../types/messages.js').ServerMessage} ServerMessage
 */

/** Reactions on screen at once; more would only be noise. */
const REACTIONS = 40;

/**
 * Who is here, who waits at the door, who speaks, who reacts.
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reducePeople(state, action) {
  switch (action.type) {
    case 'server':
      return reduceServer(state, action.message);
    case 'speaking':
      return withSpeaking(state, action.participants);
    case 'reaction-shown': {
      const { id, participant, emoji, at } = action;
      return { ...state, reactions: [...state.reactions, { id, participant, emoji, at }].slice(-REACTIONS) };
    }
    case 'reaction-gone':
      return { ...state, reactions: state.reactions.filter(({ id }) => id !== action.id) };
    default:
      return state;
  }
}

/**
 * @param {State} state
 * @param {ServerMessage} message
 * @returns {State}
 */
function reduceServer(state, message) {
  switch (message.type) {
    case 'welcome':
      return { ...state, participants: inOrder(message.participants), lobbyGuests: message.waiting };
    case 'joined':
    case 'updated':
      return followRole({ ...state, participants: withParticipant(state.participants, message.participant) });
    case 'left':
      return withoutParticipant(state, message.participant.id);
    case 'speaking':
      return withSpeaking(state, message.participants);
    case 'lobby':
      return { ...state, lobbyGuests: message.waiting };
    default:
      return state;
  }
}

/** @param {readonly Participant[]} participants */
function inOrder(participants) {
  return [...participants].sort((a, b) => a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : 1));
}

/**
 * @param {readonly Participant[]} participants
 * @param {Participant} participant
 */
function withParticipant(participants, participant) {
  const known = participants.some(({ id }) => id === participant.id);
  if (!known) return inOrder([...participants, participant]);
  return participants.map((other) => (other.id === participant.id ? participant : other));
}

/**
 * What hung on the person goes too: pins, volume, speaking.
 * @param {State} state
 * @param {string} id
 * @returns {State}
 */
function withoutParticipant(state, id) {
  const { [id]: _, ...volume } = state.volume;
  return {
    ...state,
    participants: state.participants.filter((other) => other.id !== id),
    speaking: state.speaking.filter((other) => other !== id),
    pinned: state.pinned.filter((pin) => pin !== id && !pin.startsWith(`${id}/`)),
    volume,
  };
}

/** @param {State} state @param {string[]} participants @returns {State} */
function withSpeaking(state, participants) {
  return sameList(state.speaking, participants) ? state : { ...state, speaking: participants };
}

/** Our own role is that of our own entry in the list. @param {State} state @returns {State} */
function followRole(state) {
  const own = state.participants.find(({ id }) => id === state.you?.id);
  if (!own || !state.you || own.role === state.you.role) return state;
  return { ...state, you: { ...state.you, role: own.role }, lobbyGuests: own.role === 'host' ? state.lobbyGuests : [] };
}

/**
 * @param {readonly string[]} a
 * @param {readonly string[]} b
 */
function sameList(a, b) {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
