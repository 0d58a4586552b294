// @ts-check
import { reduceChat } from './chat.js';
import { reduceLinks } from './links.js';
import { reduceLocal } from './local.js';
import { reduceMeeting } from './meeting.js';
import { reducePeople } from './people.js';
import { reduceView } from './view.js';

/**
 * @typedef {import('./actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 */

/** Each concern in turn; the order matters only where one reads what another wrote (chat reads `you`, which meeting sets). */
const concerns = [reduceMeeting, reducePeople, reduceChat, reduceLocal, reduceLinks, reduceView];

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  return concerns.reduce((next, concern) => concern(next, action), state);
}
