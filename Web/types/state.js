// @ts-check
/**
 * The page's whole state: one frozen object, changed only by the reducer, read by everything that renders.
 * MediaStreams are not in it: they are looked up by track id in the MediaRegistry (media-streams/registry.js).
 *
 * @typedef {'home'|'prejoin'|'waiting'|'joining'|'joined'|'reconnecting'|'left'} MeetingState
 *   `document.documentElement.dataset.meetingState` shows it ('home' as well, on the home page).
 * @typedef {'microphone'|'camera'|'screen'|'screenAudio'} Source
 * @typedef {'on'|'off'} OnOff
 *
 * @typedef {Object} Participant as the server says it is
 * @property {string} id
 * @property {string} name
 * @property {'host'|'member'|'viewer'} role
 * @property {'connected'|'reconnecting'} state
 * @property {OnOff} microphone
 * @property {OnOff} camera
 * @property {OnOff} screen
 * @property {boolean} hand
 * @property {number|null} handAt Unix ms
 * @property {boolean} away
 * @property {number} joinedAt Unix ms
 *
 * @typedef {Object} ChatMessage
 * @property {string} id server's id, or clientId while pending
 * @property {string} from participant id
 * @property {string} name
 * @property {string=} to participant id, of a private message
 * @property {string} text
 * @property {number} at Unix ms
 * @property {string} clientId
 * @property {'pending'|'stored'|'not-stored'} delivery
 *
 * @typedef {Object} Device
 * @property {string} deviceId
 * @property {string} label
 *
 * @typedef {'unknown'|'prompt'|'granted'|'denied'|'missing'|'busy'|'insecure'} Permission
 *
 * @typedef {Object} LocalSource one of the own sources
 * @property {OnOff} wanted what the person asked for
 * @property {OnOff} actual what the track is doing; buttons show this
 * @property {Permission} permission
 * @property {string} deviceId '' = the browser's choice
 *
 * @typedef {Object} LinkState how the connection to one participant (or 'sfu') is
 * @property {'new'|'connecting'|'connected'|'unstable'|'failed'} state
 * @property {'good'|'weak'|'bad'} quality
 * @property {LinkStatistics|null} statistics
 * @property {Record<string, TrackStatistics>} tracks what is received over it, by source; over the link to the server by track id
 * @property {RelayTrouble|null} relay why there is no connection, when our way to the relays is the reason
 *
 * @typedef {{kind: 'unreachable'|'refused', ports: readonly string[]}} RelayTrouble no answer from any relay; or an answer that says no
 *
 * @typedef {Object} LinkStatistics refreshed every 2 s
 * @property {number} roundTripMs
 * @property {number} lossPercent of what we receive
 * @property {number} receivedKbps
 * @property {number} sentKbps
 * @property {'udp'|'tcp'|'relay'|'relay-udp'|'relay-tcp'|'relay-tls'} path direct, or how our relay is reached; 'relay': the others' one
 * @property {string} codec
 * @property {number} width received picture
 * @property {number} height
 * @property {number} framesPerSecond
 *
 * @typedef {Object} TrackStatistics refreshed with those of the link
 * @property {'audio'|'video'} kind
 * @property {string} codec
 * @property {number} width 0 without a picture
 * @property {number} height
 * @property {number} framesPerSecond
 * @property {number} receivedKbps
 * @property {number} lossPercent
 *
 * @typedef {Object} Trouble one slim banner; the most severe is shown
 * @property {string} key a key of locales/, for example 'trouble.reconnecting'
 * @property {Record<string,string|number>=} values
 * @property {{key: string, gesture: import('./gestures.js').Gesture}=} action
 * @property {'info'|'warning'|'danger'} severity
 *
 * @typedef {Object} Toast a short message in the live region
 * @property {number} id
 * @property {string} key
 * @property {Record<string,string|number>=} values
 * @property {number} at
 *
 * @typedef {Object} Preferences kept in localStorage
 * @property {string} name
 * @property {string} microphoneId
 * @property {string} cameraId
 * @property {string} speakerId
 * @property {OnOff} microphone
 * @property {OnOff} camera
 * @property {boolean} mirror
 * @property {boolean} selfViewHidden
 * @property {boolean} sounds
 * @property {'auto'|'light'|'dark'} theme
 * @property {string} locale '' = the browser's
 * @property {'top-start'|'top-end'|'bottom-start'|'bottom-end'} selfViewCorner
 * @property {string[]} recentRooms newest first, at most 8
 *
 * @typedef {Object} State
 * @property {MeetingState} meetingState
 * @property {string} room '' on the home page
 * @property {{count: number, names: string[], locked: boolean, lobby: boolean}|null} inside who is in the room, for pre-join
 * @property {{id: string, role: 'host'|'member'|'viewer'}|null} you
 * @property {{topology: 'mesh'|'sfu', phase: 'prepare'|'commit', epoch: number, locked: boolean, lobby: boolean, relayOnly: boolean, startedAt: number, limit: number}|null} roomInfo
 * @property {readonly Participant[]} participants in order of joining, own one included
 * @property {readonly {id: string, name: string, since: number}[]} lobbyGuests who waits; hosts only
 * @property {number} waitingPosition
 * @property {readonly ChatMessage[]} chat
 * @property {number} unread messages since the panel was last open
 * @property {Record<'microphone'|'camera'|'screen', LocalSource>} local
 * @property {{microphones: readonly Device[], cameras: readonly Device[], speakers: readonly Device[], canChooseSpeaker: boolean}} devices
 * @property {Record<string, LinkState>} links by participant id; 'sfu' is the server that forwards media
 * @property {Record<string, boolean>} playing track id → its stream is in the registry and has media
 * @property {readonly string[]} speaking participant ids, loudest first, hysteresis applied
 * @property {readonly {id: number, participant: string, emoji: string, at: number}[]} reactions on screen now
 * @property {'chat'|'people'|null} panel
 * @property {'help'|'devices'|'invite'|'statistics'|'language'|null} dialog
 * @property {'grid'|'speaker'} view
 * @property {readonly string[]} pinned participant ids or track ids
 * @property {number} page of the grid
 * @property {Record<string, number>} volume participant id → 0…1
 * @property {readonly Trouble[]} troubles
 * @property {readonly Toast[]} toasts
 * @property {{reason: string, durationMs: number}|null} ending shown by the left screen; reason is 'left' 'removed' 'banned' 'denied' 'ended' 'replaced' 'room-full' 'room-locked' 'bad-room' …
 * @property {string|null} joinError key of locales/ for the pre-join page, e.g. 'error.bad-name'
 * @property {boolean} pushToTalk space is held
 * @property {boolean} soundBlocked the browser wants a click before it plays sound
 * @property {Preferences} preferences
 * @property {number} clockOffsetMs server's clock minus ours
 */
export {};
