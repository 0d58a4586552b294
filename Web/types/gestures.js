// @ts-check
/**
 * What a person can ask for. Elements send `new CustomEvent('gesture', {bubbles: true, composed: true, detail: gesture})`;
 * index.js hears them at the document and carries them out. Nothing else leads from a click to an effect.
 *
 *
 * - `enter-room`: room name or pasted link
 * - `retry-devices`: ask for permission again
 * - `close`: Escape: the topmost dialog, menu or panel
 * - `allow-sound`: the click that browsers want before they play
 * - `tile-sizes`: what the stage shows now, in device pixels
 * - `retry-links`: look for another way for sound and pictures now
 * - `retry-chat`: send again what was not stored
 *
 * @typedef {{type: 'start-meeting'}
 * | {type: 'enter-room', text: string}
 * | {type: 'set-name', name: string}
 * | {type: 'join'}
 * | {type: 'leave'}
 * | {type: 'rejoin'}
 * | {type: 'go-home'}
 * | {type: 'toggle-microphone'}
 * | {type: 'toggle-camera'}
 * | {type: 'toggle-screen', hint?: 'motion'|'detail'}
 * | {type: 'retry-devices'}
 * | {type: 'choose-device', source: 'microphone'|'camera'|'speaker', deviceId: string}
 * | {type: 'test-speaker'}
 * | {type: 'push-to-talk', held: boolean}
 * | {type: 'toggle-hand'}
 * | {type: 'react', emoji: string}
 * | {type: 'send-chat', text: string, to?: string}
 * | {type: 'toggle-panel', panel: 'chat'|'people'}
 * | {type: 'close'}
 * | {type: 'open-dialog', dialog: 'help'|'devices'|'invite'|'statistics'|'language'}
 * | {type: 'set-view', view: 'grid'|'speaker'}
 * | {type: 'set-page', page: number}
 * | {type: 'toggle-pin', id: string}
 * | {type: 'set-volume', participant: string, volume: number}
 * | {type: 'toggle-full-screen'}
 * | {type: 'toggle-picture-in-picture'}
 * | {type: 'set-preference', name: keyof import('./state.js').Preferences, value: unknown}
 * | {type: 'moderate', action: string, participant?: string, on?: boolean}
 * | {type: 'copy-link'}
 * | {type: 'allow-sound'}
 * | {type: 'retry-links'}
 * | {type: 'dismiss-trouble', key: string}
 * | {type: 'tile-sizes', tiles: {track: string, width: number, height: number, priority: number}[]}
 * | {type: 'retry-chat', clientId: string}
 * } Gesture
 */
export {};
