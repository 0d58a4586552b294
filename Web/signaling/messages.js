// @ts-check
import { either, flag, integer, isObject, list, map, nullable, number, oneOf, optional, shape, text } from './shapes.js';

/** @typedef {import('../types/messages.js').ServerMessage} ServerMessage */

const onOff = oneOf('on', 'off');
const role = oneOf('host', 'member', 'viewer');
const tracks = map(oneOf('microphone', 'camera', 'screen', 'screenAudio'));
const retry = oneOf('none', 'now', 'later');
const iceServers = list(shape({ urls: either(text, list(text)), username: optional(text), credential: optional(text) }));
const guests = list(shape({ id: text, name: text, since: number }));
const you = shape({ id: text, role });
const chat = { id: text, from: text, name: text, to: optional(text), text, at: number, clientId: text };
const participant = shape({
  id: text,
  name: text,
  role,
  state: oneOf('connected', 'reconnecting'),
  microphone: onOff,
  camera: onOff,
  screen: onOff,
  hand: flag,
  handAt: nullable(number),
  away: flag,
  joinedAt: number,
});
const room = shape({
  name: text,
  topology: oneOf('mesh', 'sfu'),
  epoch: integer,
  locked: flag,
  lobby: flag,
  relayOnly: optional(flag),
  startedAt: number,
  limit: integer,
});
const candidate = shape({
  candidate: text,
  sdpMid: optional(nullable(text)),
  sdpMLineIndex: optional(nullable(integer)),
  usernameFragment: optional(nullable(text)),
});
const description = shape({ from: text, neg: integer, sdp: text, tracks });

/** One check a type; a type that is not here is unknown. @type {Record<ServerMessage['type'], import('./shapes.js').Check>} */
const checks = {
  welcome: shape({
    seq: integer, you, room, participants: list(participant), chat: list(shape(chat)), iceServers, resume: text,
    graceMs: number, waiting: guests, now: number,
  }),
  waiting: shape({ you: shape({ id: text }), position: integer }),
  resumed: shape({ you, resume: text, iceServers: optional(iceServers), now: optional(number) }),
  error: shape({ re: optional(integer), code: text, message: text, retry }),
  joined: shape({ seq: integer, participant }),
  updated: shape({ seq: integer, participant }),
  left: shape({ seq: integer, participant, reason: text }),
  offer: description,
  answer: description,
  candidate: shape({ from: text, neg: integer, candidate: nullable(either(text, candidate)) }),
  link: shape({ with: text, polite: optional(flag), fresh: optional(flag), close: optional(flag) }),
  topology: shape({ epoch: integer, mode: oneOf('mesh', 'sfu'), phase: oneOf('prepare', 'commit') }),
  need: shape({ audio: integer, video: integer }),
  slots: shape({ slots: map(nullable(text)) }),
  speaking: shape({ participants: list(text) }),
  want: shape({ from: text, video: list(shape({ track: text, width: number, height: number, priority: optional(number) })) }),
  given: shape({
    video: list(shape({
      track: text, width: optional(number), height: optional(number), framesPerSecond: optional(number), reason: optional(text),
    })),
  }),
  demand: shape({ video: list(shape({ track: text, layers: list(text) })) }),
  chat: shape({ seq: integer, stored: optional(flag), ...chat }),
  reaction: shape({ participant: text, emoji: text }),
  moderated: shape({
    action: text, by: text, participant: optional(text), on: optional(flag),
    room: optional(shape({ locked: flag, lobby: flag, relayOnly: optional(flag) })),
  }),
  lobby: shape({ waiting: guests }),
  notice: shape({ code: text, message: text }),
  iceServers: shape({ iceServers }),
  bye: shape({ reason: text, retry }),
  pong: shape({ re: optional(integer) }),
};

/**
 * Text from the server → a typed message. What is unknown or misshapen is named, so that it can be counted, and goes no further.
 * @param {unknown} data of a WebSocket message event
 * @returns {{kind: 'message', message: ServerMessage, seq: number|null} | {kind: 'unknown', type: string} | {kind: 'malformed', reason: string}}
 */
export function parseMessage(data) {
  if (typeof data !== 'string') return { kind: 'malformed', reason: 'not text' };
  const value = parseJSON(data);
  if (!isObject(value) || typeof value.type !== 'string') return { kind: 'malformed', reason: 'not an object with a type' };
  if (!Object.hasOwn(checks, value.type)) return { kind: 'unknown', type: value.type };
  const check = checks[/** @type {ServerMessage['type']} */ (value.type)];
  if (!check(value)) return { kind: 'malformed', reason: `${value.type} with a wrong field` };
  return { kind: 'message', message: /** @type {ServerMessage} */ (/** @type {unknown} */ (value)), seq: seqOf(value) };
}

/** @param {Record<string, unknown>} value */
function seqOf({ seq }) {
  return Number.isSafeInteger(seq) ? Number(seq) : null;
}

/** @param {string} data @returns {unknown} */
function parseJSON(data) {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
