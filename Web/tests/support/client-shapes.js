// @ts-check
/** What the server accepts, for tests that look at what the page sends. */
import { flag, integer, map, nullable, number, oneOf, optional, list, shape, text } from '../../signaling/shapes.js';

const id = optional(integer);
const onOff = optional(oneOf('on', 'off'));
const description = shape({ id, to: text, neg: integer, sdp: text, tracks: map(oneOf('microphone', 'camera', 'screen', 'screenAudio')) });
const candidate = shape({ candidate: text, sdpMid: optional(nullable(text)), sdpMLineIndex: optional(nullable(integer)), usernameFragment: optional(nullable(text)) });

/** @type {Record<string, import('../../signaling/shapes.js').Check>} */
const shapes = {
  hello: shape({ id, room: text, name: text, kind: oneOf('browser'), device: optional(text), resume: optional(text), lastSeq: optional(integer) }),
  offer: description,
  answer: description,
  candidate: shape({ to: text, neg: integer, candidate: nullable(candidate) }),
  state: shape({ id, microphone: onOff, camera: onOff, screen: onOff, hand: optional(flag), away: optional(flag) }),
  want: shape({ video: list(shape({ track: text, width: number, height: number, priority: optional(number) })) }),
  chat: shape({ id, text, to: optional(text), clientId: text }),
  react: shape({ id, emoji: text }),
  moderate: shape({ id, action: text, participant: optional(text), on: optional(flag) }),
  leave: shape({ id }),
  ping: shape({ id }),
};

/** @param {any} message */
export function isClientMessage(message) {
  return shapes[message.type]?.(message) ?? false;
}
