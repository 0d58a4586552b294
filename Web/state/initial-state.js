// @ts-check
import { defaultPreferences } from './preferences.js';

/**
 * The state of a page that was just opened.
 * @param {Partial<import('../types/state.js').Preferences>} [preferences] what this device remembers
 * @returns {import('../types/state.js').State}
 */
export function initialState(preferences = {}) {
  const kept = { ...defaultPreferences, ...preferences };
  return {
    meetingState: 'home',
    room: '',
    inside: null,
    ...emptyMeeting(),
    local: {
      microphone: { wanted: kept.microphone, actual: 'off', permission: 'unknown', deviceId: kept.microphoneId },
      camera: { wanted: kept.camera, actual: 'off', permission: 'unknown', deviceId: kept.cameraId },
      screen: { wanted: 'off', actual: 'off', permission: 'unknown', deviceId: '' },
    },
    devices: { microphones: [], cameras: [], speakers: [], canChooseSpeaker: false },
    playing: {},
    panel: null,
    dialog: null,
    view: 'grid',
    volume: {},
    toasts: [],
    ending: null,
    joinError: null,
    pushToTalk: false,
    soundBlocked: false,
    preferences: kept,
    clockOffsetMs: 0,
  };
}

/** What belongs to one stay in a room and must not leak into the next one. */
export function emptyMeeting() {
  return {
    you: null,
    roomInfo: null,
    participants: /** @type {import('../types/state.js').Participant[]} */ ([]),
    lobbyGuests: /** @type {{id: string, name: string, since: number}[]} */ ([]),
    waitingPosition: 0,
    chat: /** @type {import('../types/state.js').ChatMessage[]} */ ([]),
    unread: 0,
    links: {},
    speaking: /** @type {string[]} */ ([]),
    reactions: [],
    pinned: /** @type {string[]} */ ([]),
    page: 0,
    troubles: /** @type {import('../types/state.js').Trouble[]} */ ([]),
  };
}
