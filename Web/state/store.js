// @ts-check
/**
 * Holds the page's one state. Changes go through the reducer; everything that renders or acts listens.
 *
 * @template State, Action
 * @typedef {{getState: () => State, dispatch: (action: Action) => void,
 *   subscribe: (listener: (state: State, previous: State) => void) => () => void}} Store
 */

/**
 * @template State, Action
 * @param {(state: State, action: Action) => State} reducer pure
 * @param {State} initial
 * @returns {Store<State, Action>}
 */
export function createStore(reducer, initial) {
  let state = freeze(initial);
  /** @type {Set<(state: State, previous: State) => void>} */
  const listeners = new Set();
  /** @type {Action[]} */
  const queue = [];
  let busy = false;

  /** A listener that dispatches is served after all listeners have seen the present state. @param {Action} action */
  function dispatch(action) {
    queue.push(action);
    if (busy) return;
    busy = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) apply(next);
    } finally {
      busy = false;
    }
  }

  /** @param {Action} action */
  function apply(action) {
    const previous = state;
    state = freeze(reducer(state, action));
    if (state === previous) return;
    for (const listener of Array.from(listeners)) {
      try {
        listener(state, previous);
      } catch (error) {
        reportError(error);
      }
    }
  }

  return {
    getState: () => state,
    dispatch,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/**
 * Freezes what is new: parts that are frozen already were shared with the state before.
 * @template T
 * @param {T} value
 * @returns {T}
 */
function freeze(value) {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
  return value;
}

/** One broken listener must not silence the others. @param {unknown} error */
function reportError(error) {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  else queueMicrotask(() => { throw error; });
}
