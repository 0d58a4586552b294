// @ts-check
/**
 * @typedef {import('./actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 */

/**
 * Own sources, the devices there are, and what this device remembers.
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduceLocal(state, action) {
  switch (action.type) {
    case 'local':
      return { ...state, local: { ...state.local, [action.source]: { ...state.local[action.source], ...action.change } } };
    case 'devices':
      return { ...state, devices: { ...state.devices, ...action.devices } };
    case 'preference':
      return { ...state, preferences: { ...state.preferences, ...action.change } };
    case 'push-to-talk':
      return state.pushToTalk === action.held ? state : { ...state, pushToTalk: action.held };
    case 'sound-blocked':
      return { ...state, soundBlocked: action.blocked ?? true };
    case 'playing':
      return withPlaying(state, action.track, action.playing);
    default:
      return state;
  }
}

/**
 * @param {State} state
 * @param {string} track
 * @param {boolean} playing
 * @returns {State}
 */
function withPlaying(state, track, playing) {
  if ((state.playing[track] ?? false) === playing) return state;
  const { [track]: _, ...rest } = state.playing;
  return { ...state, playing: playing ? { ...rest, [track]: true } : rest };
}
