// @ts-check
/**
 * Everything that can change the state. `server` carries a message as it came; the rest says what the page itself saw.
 *
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').Preferences} Preferences
 * @typedef {import('../types/state.js').LocalSource} LocalSource
 * @typedef {import('../types/state.js').LinkState} LinkState
 * @typedef {import('../types/state.js').Trouble} Trouble
 * @typedef {import('../types/state.js').Device} Device
 * @typedef {import('../types/messages.js').ServerMessage} ServerMessage
 *
 * @typedef {{type: 'went-home'}
 * | {type: 'entered-room', room: string}
 * | {type: 'inside', inside: State['inside']}
 * | {type: 'joining'}
 * | {type: 'join-refused', key: string|null}
 * | {type: 'connection-lost', key: string}
 * | {type: 'ended', reason: string, at: number}
 * | {type: 'server', message: ServerMessage, at: number}
 * | {type: 'chat-queued', clientId: string, text: string, to?: string, at: number}
 * | {type: 'chat-refused', clientId: string}
 * | {type: 'local', source: 'microphone'|'camera'|'screen', change: Partial<LocalSource>}
 * | {type: 'devices', devices: Partial<State['devices']>}
 * | {type: 'preference', change: Partial<Preferences>}
 * | {type: 'push-to-talk', held: boolean}
 * | {type: 'link', participant: string, change: Partial<LinkState>|null}
 * | {type: 'playing', track: string, playing: boolean}
 * | {type: 'speaking', participants: string[]}
 * | {type: 'reaction-shown', id: number, participant: string, emoji: string, at: number}
 * | {type: 'reaction-gone', id: number}
 * | {type: 'toast', id: number, key: string, values?: Record<string, string|number>, at: number}
 * | {type: 'toast-gone', id: number}
 * | {type: 'trouble', trouble: Trouble}
 * | {type: 'trouble-gone', key: string}
 * | {type: 'panel', panel: 'chat'|'people'}
 * | {type: 'dialog', dialog: State['dialog']}
 * | {type: 'close'}
 * | {type: 'view', view: State['view']}
 * | {type: 'page', page: number}
 * | {type: 'pin', id: string}
 * | {type: 'volume', participant: string, volume: number}
 * | {type: 'sound-blocked', blocked?: boolean}
 * } Action
 */
export {};
