// @ts-check
/**
 * @typedef {import('./actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').LinkState} LinkState
 * @typedef {import('../types/state.js').Trouble} Trouble
 */

/** @type {LinkState} */
const newLink = { state: 'new', quality: 'good', statistics: null, tracks: {}, relay: null };
const severities = { danger: 0, warning: 1, info: 2 };

/**
 * How the connections are, and what is wrong.
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduceLinks(state, action) {
  switch (action.type) {
    case 'link':
      return withLink(state, action.participant, action.change);
    case 'trouble':
      return { ...state, troubles: withTrouble(state.troubles, action.trouble) };
    case 'trouble-gone':
      return withoutTrouble(state, action.key);
    case 'server':
      if (action.message.type === 'left') return withLink(state, action.message.participant.id, null);
      if (action.message.type === 'welcome' || action.message.type === 'resumed') return withoutTrouble(state, 'trouble.reconnecting');
      return state;
    default:
      return state;
  }
}

/**
 * @param {State} state
 * @param {string} participant
 * @param {Partial<LinkState>|null} change
 * @returns {State}
 */
function withLink(state, participant, change) {
  const { [participant]: link, ...others } = state.links;
  if (change === null) return link ? { ...state, links: others } : state;
  return { ...state, links: { ...others, [participant]: { ...(link ?? newLink), ...change } } };
}

/**
 * @param {readonly Trouble[]} troubles
 * @param {Trouble} trouble
 */
function withTrouble(troubles, trouble) {
  return [...troubles.filter(({ key }) => key !== trouble.key), trouble].sort((a, b) => severities[a.severity] - severities[b.severity]);
}

/**
 * @param {State} state
 * @param {string} key
 * @returns {State}
 */
function withoutTrouble(state, key) {
  const troubles = state.troubles.filter((trouble) => trouble.key !== key);
  return troubles.length === state.troubles.length ? state : { ...state, troubles };
}
