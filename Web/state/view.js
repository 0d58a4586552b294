// @ts-check
/**
 * @typedef {import('./actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 */

/** Toasts on screen at once. */
const TOASTS = 4;

/**
 * What is open, pinned and shown: choices about this window only.
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduceView(state, action) {
  switch (action.type) {
    case 'panel': {
      const panel = state.panel === action.panel ? null : action.panel;
      return { ...state, panel, unread: panel === 'chat' ? 0 : state.unread };
    }
    case 'dialog':
      return { ...state, dialog: action.dialog };
    case 'close':
      if (state.dialog) return { ...state, dialog: null };
      return state.panel ? { ...state, panel: null } : state;
    case 'view':
      return { ...state, view: action.view };
    case 'page':
      return { ...state, page: Math.max(0, Math.trunc(action.page)) };
    case 'pin': {
      const pinned = state.pinned.includes(action.id);
      return { ...state, pinned: pinned ? state.pinned.filter((id) => id !== action.id) : [...state.pinned, action.id] };
    }
    case 'volume':
      return { ...state, volume: { ...state.volume, [action.participant]: Math.min(1, Math.max(0, action.volume)) } };
    case 'toast': {
      const { id, key, values, at } = action;
      return { ...state, toasts: [...state.toasts, values ? { id, key, values, at } : { id, key, at }].slice(-TOASTS) };
    }
    case 'toast-gone':
      return { ...state, toasts: state.toasts.filter(({ id }) => id !== action.id) };
    case 'ended':
    case 'went-home':
      return { ...state, panel: null, dialog: null, toasts: [] };
    default:
      return state;
  }
}
