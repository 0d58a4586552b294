// @ts-check
import { emptyMeeting } from './initial-state.js';
import { withRecentRoom } from './preferences.js';

/**
 * @typedef {import('./actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/messages.js').ServerMessage} ServerMessage
 */

/**
 * Where we are: home, pre-join, waiting, in the room, gone. Which room, who we are in it.
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduceMeeting(state, action) {
  switch (action.type) {
    case 'went-home':
      return { ...state, ...emptyMeeting(), meetingState: 'home', room: '', inside: null, ending: null, joinError: null };
    case 'entered-room':
      return { ...state, ...emptyMeeting(), meetingState: 'prejoin', room: action.room, inside: null, ending: null, joinError: null };
    case 'inside':
      return { ...state, inside: action.inside };
    case 'joining':
      return { ...state, ...emptyMeeting(), meetingState: 'joining', ending: null, joinError: null };
    case 'join-refused':
      return { ...state, meetingState: state.room ? 'prejoin' : 'home', joinError: action.key };
    case 'connection-lost':
      // The attempts go on; `joinError` says why it takes longer.
      if (state.meetingState === 'joined') return { ...state, meetingState: 'reconnecting', joinError: action.key };
      return { ...state, joinError: action.key };
    case 'ended':
      return ended(state, action.reason, action.at);
    case 'server':
      return reduceServer(state, action.message, action.at);
    default:
      return state;
  }
}

/**
 * @param {State} state
 * @param {ServerMessage} message
 * @param {number} at
 * @returns {State}
 */
function reduceServer(state, message, at) {
  switch (message.type) {
    case 'welcome':
      return {
        ...state,
        meetingState: 'joined',
        joinError: null,
        you: message.you,
        roomInfo: roomInfo(message.room),
        waitingPosition: 0,
        clockOffsetMs: message.now - at,
        preferences: { ...state.preferences, recentRooms: withRecentRoom(state.preferences.recentRooms, state.room) },
      };
    case 'resumed':
      return {
        ...state,
        meetingState: 'joined',
        joinError: null,
        you: message.you,
        clockOffsetMs: message.now === undefined ? state.clockOffsetMs : message.now - at,
      };
    case 'waiting':
      return { ...state, meetingState: 'waiting', joinError: null, waitingPosition: message.position };
    case 'topology':
      return withTopology(state, message);
    case 'moderated':
      if (!message.room || !state.roomInfo) return state;
      return { ...state, roomInfo: moderated(state.roomInfo, message.room) };
    default:
      return state;
  }
}

/**
 * An older epoch is history, and a commit is not taken back by its own prepare.
 * @param {State} state
 * @param {import('../types/messages.js').TopologyMessage} message
 * @returns {State}
 */
function withTopology(state, { mode, phase, epoch }) {
  const before = state.roomInfo;
  if (!before || epoch < before.epoch) return state;
  if (epoch === before.epoch && mode === before.topology && before.phase === 'commit') return state;
  return { ...state, roomInfo: { ...before, topology: mode, phase, epoch } };
}

/**
 * @param {NonNullable<State['roomInfo']>} before
 * @param {{locked: boolean, lobby: boolean, relayOnly?: boolean}} change
 */
function moderated(before, { locked, lobby, relayOnly = before.relayOnly }) {
  return { ...before, locked, lobby, relayOnly };
}

/** @param {import('../types/messages.js').RoomInfo} room */
function roomInfo({ topology, epoch, locked, lobby, relayOnly = false, startedAt, limit }) {
  return { topology, phase: /** @type {const} */ ('commit'), epoch, locked, lobby, relayOnly, startedAt, limit };
}

/**
 * The reason that came first stands: after `bye` the connection closes, and that is no second ending.
 * @param {State} state
 * @param {string} reason
 * @param {number} at
 * @returns {State}
 */
function ended(state, reason, at) {
  if (state.meetingState === 'left') return state;
  const own = state.participants.find(({ id }) => id === state.you?.id);
  const durationMs = own ? Math.max(0, at + state.clockOffsetMs - own.joinedAt) : 0;
  return { ...state, ...emptyMeeting(), meetingState: 'left', ending: { reason, durationMs } };
}
