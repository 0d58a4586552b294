// @ts-check
/**
 * @typedef {import('./actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').ChatMessage} ChatMessage
 * @typedef {import('../types/messages.js').ChatEntry} ChatEntry
 */

/** Messages kept on the page; the server keeps more. */
const KEPT = 1000;

/**
 * Messages in the server's order; own ones that the server has not confirmed come last.
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduceChat(state, action) {
  switch (action.type) {
    case 'chat-queued':
      return queued(state, action);
    case 'chat-refused':
      return { ...state, chat: state.chat.map((entry) => (isOwn(state, entry, action.clientId) ? { ...entry, delivery: /** @type {const} */ ('not-stored') } : entry)) };
    case 'panel':
    case 'close':
      return state;
    case 'server':
      if (action.message.type === 'welcome') return afterWelcome(state, action.message.chat);
      if (action.message.type === 'chat') return received(state, action.message, action.message.stored !== false);
      return state;
    default:
      return state;
  }
}

/**
 * A message with the same clientId is the same message, tried again.
 * @param {State} state
 * @param {{clientId: string, text: string, to?: string, at: number}} message
 * @returns {State}
 */
function queued(state, { clientId, text, to, at }) {
  const own = state.participants.find(({ id }) => id === state.you?.id);
  /** @type {ChatMessage} */
  const entry = {
    id: clientId,
    from: state.you?.id ?? '',
    name: own?.name ?? state.preferences.name,
    text,
    at: at + state.clockOffsetMs,
    clientId,
    delivery: 'pending',
  };
  if (to !== undefined) entry.to = to;
  return { ...state, chat: [...state.chat.filter((other) => !isOwn(state, other, clientId)), entry] };
}

/**
 * @param {State} state
 * @param {ChatEntry} entry
 * @param {boolean} stored
 * @returns {State}
 */
function received(state, entry, stored) {
  if (state.chat.some((other) => other.id === entry.id && other.delivery !== 'pending')) return settle(state, entry, stored);
  const message = chatMessage(entry, stored);
  const own = entry.from === state.you?.id;
  const others = own ? state.chat.filter((other) => !isOwn(state, other, entry.clientId)) : state.chat;
  const waiting = others.filter(({ delivery }) => delivery === 'pending');
  const settled = others.filter(({ delivery }) => delivery !== 'pending');
  const unread = own || state.panel === 'chat' ? state.unread : state.unread + 1;
  return { ...state, chat: [...settled, message, ...waiting].slice(-KEPT), unread };
}

/**
 * The same message once more, after a resend: its place stands, its pending twin goes.
 * @param {State} state
 * @param {ChatEntry} entry
 * @param {boolean} stored
 * @returns {State}
 */
function settle(state, entry, stored) {
  const chat = state.chat
    .filter((other) => other.id === entry.id || !(other.delivery === 'pending' && isOwn(state, other, entry.clientId)))
    .map((other) => (other.id === entry.id ? chatMessage(entry, stored) : other));
  return { ...state, chat };
}

/**
 * The server's history replaces ours; what it has not seen of our own stays at the end.
 * @param {State} state
 * @param {readonly ChatEntry[]} history
 * @returns {State}
 */
function afterWelcome(state, history) {
  const known = new Set(state.chat.map(({ id }) => id));
  const confirmed = new Set(history.map(({ clientId }) => clientId));
  const waiting = state.chat.filter((entry) => entry.delivery !== 'stored' && !confirmed.has(entry.clientId));
  const wasHere = known.size > 0;
  const fresh = history.filter(({ id, from }) => wasHere && !known.has(id) && from !== state.you?.id).length;
  const unread = state.panel === 'chat' ? 0 : state.unread + fresh;
  return { ...state, chat: [...history.map((entry) => chatMessage(entry, true)), ...waiting], unread };
}

/**
 * @param {ChatEntry} entry
 * @param {boolean} stored
 * @returns {ChatMessage}
 */
function chatMessage({ id, from, name, to, text, at, clientId }, stored) {
  const delivery = stored ? /** @type {const} */ ('stored') : /** @type {const} */ ('not-stored');
  return to === undefined ? { id, from, name, text, at, clientId, delivery } : { id, from, name, to, text, at, clientId, delivery };
}

/**
 * Client ids are only unique for their sender: another participant may use the same.
 * @param {State} state
 * @param {ChatMessage} entry
 * @param {string} clientId
 */
function isOwn(state, entry, clientId) {
  return entry.clientId === clientId && (entry.from === state.you?.id || entry.id === clientId);
}
