// @ts-check
/**
 * The protocol of docs/PROTOCOL.md as types. `signaling/messages.js` turns text into them; nothing else casts.
 *
 * @typedef {import('./state.js').Participant} Participant
 * @typedef {import('./state.js').Source} Source
 * @typedef {import('./state.js').OnOff} OnOff
 * @typedef {{urls: string|string[], username?: string, credential?: string}} IceServer
 * @typedef {{id: string, from: string, name: string, to?: string, text: string, at: number, clientId: string}} ChatEntry
 * @typedef {{id: string, name: string, since: number}} LobbyGuest
 * @typedef {{name: string, topology: 'mesh'|'sfu', epoch: number, locked: boolean, lobby: boolean, relayOnly?: boolean, startedAt: number, limit: number}} RoomInfo
 * @typedef {{candidate: string, sdpMid?: string|null, sdpMLineIndex?: number|null, usernameFragment?: string|null}} Candidate
 * @typedef {{track: string, width: number, height: number, priority?: number}} WantedTrack
 * @typedef {'none'|'now'|'later'} Retry
 * @typedef {Record<string, Source>} TrackMap mid → source
 *
 * @typedef {{type: 'welcome', re?: number, seq: number, you: {id: string, role: Participant['role']}, room: RoomInfo,
 *   participants: Participant[], chat: ChatEntry[], iceServers: IceServer[], resume: string, graceMs: number,
 *   waiting: LobbyGuest[], now: number}} Welcome
 * @typedef {{type: 'waiting', re?: number, you: {id: string}, position: number}} Waiting
 * @typedef {{type: 'resumed', re?: number, you: {id: string, role: Participant['role']}, resume: string, iceServers?: IceServer[], now?: number}} Resumed
 * @typedef {{type: 'error', re?: number, code: string, message: string, retry: Retry}} ErrorMessage
 * @typedef {{type: 'joined', re?: number, seq: number, participant: Participant}} Joined
 * @typedef {{type: 'updated', re?: number, seq: number, participant: Participant}} Updated
 * @typedef {{type: 'left', re?: number, seq: number, participant: Participant, reason: string}} Left
 * @typedef {{type: 'offer', from: string, neg: number, sdp: string, tracks: TrackMap}} Offer
 * @typedef {{type: 'answer', from: string, neg: number, sdp: string, tracks: TrackMap}} Answer
 * @typedef {{type: 'candidate', from: string, neg: number, candidate: Candidate|string|null}} CandidateMessage
 * @typedef {{type: 'link', with: string, polite?: boolean, fresh?: boolean, close?: boolean}} LinkMessage
 * @typedef {{type: 'topology', epoch: number, mode: 'mesh'|'sfu', phase: 'prepare'|'commit'}} TopologyMessage
 * @typedef {{type: 'need', audio: number, video: number}} Need slots that our offer to the server should have
 * @typedef {{type: 'slots', slots: Record<string, string|null>}} SlotsMessage mid → track id, of slots that changed
 * @typedef {{type: 'speaking', participants: string[]}} Speaking loudest first
 * @typedef {{type: 'want', from: string, video: WantedTrack[]}} Want
 * @typedef {{track: string, width?: number, height?: number, framesPerSecond?: number, reason?: 'bandwidth'|'publisher'|'paused'|'cpu'}} GivenTrack
 * @typedef {{type: 'given', video: GivenTrack[]}} Given how well tracks come by the server, and why not better
 * @typedef {{type: 'demand', video: {track: string, layers: string[]}[]}} Demand layers of own tracks that anybody needs
 * @typedef {{type: 'chat', re?: number, seq: number, stored?: boolean} & ChatEntry} Chat
 * @typedef {{type: 'reaction', participant: string, emoji: string}} Reaction
 * @typedef {{type: 'moderated', re?: number, action: string, by: string, participant?: string, on?: boolean,
 *   room?: {locked: boolean, lobby: boolean, relayOnly?: boolean}}} Moderated
 * @typedef {{type: 'lobby', waiting: LobbyGuest[]}} Lobby
 * @typedef {{type: 'notice', code: string, message: string}} Notice
 * @typedef {{type: 'iceServers', iceServers: IceServer[]}} IceServers
 * @typedef {{type: 'bye', reason: string, retry: Retry}} Bye
 * @typedef {{type: 'pong', re?: number}} Pong
 *
 * @typedef {Welcome|Waiting|Resumed|ErrorMessage|Joined|Updated|Left|Offer|Answer|CandidateMessage|LinkMessage|TopologyMessage|Need|SlotsMessage
 *   |Speaking|Want|Chat
 *   |Reaction|Moderated|Lobby|Notice|IceServers|Bye|Pong|Given|Demand} ServerMessage
 *
 * @typedef {{type: 'hello', id?: number, room: string, name: string, kind: 'browser', device?: string, token?: string, resume?: string, lastSeq?: number}} Hello
 * @typedef {{type: 'offer'|'answer', id?: number, to: string, neg: number, sdp: string, tracks: TrackMap}} OutgoingDescription
 * @typedef {{type: 'candidate', to: string, neg: number, candidate: Candidate|null}} OutgoingCandidate
 * @typedef {{microphone?: OnOff, camera?: OnOff, screen?: OnOff, hand?: boolean, away?: boolean}} Presence
 * @typedef {{type: 'state', id?: number} & Presence} StateMessage
 * @typedef {{type: 'want', neg?: number, video: WantedTrack[]}} OutgoingWant
 * @typedef {{type: 'chat', id?: number, text: string, to?: string, clientId: string}} OutgoingChat
 * @typedef {{type: 'react', id?: number, emoji: string}} React
 * @typedef {{type: 'moderate', id?: number, action: string, participant?: string, on?: boolean}} Moderate
 * @typedef {Hello|OutgoingDescription|OutgoingCandidate|StateMessage|OutgoingWant|OutgoingChat|React|Moderate
 *   |{type: 'leave', id?: number}|{type: 'ping', id?: number}} ClientMessage
 */
export {};
