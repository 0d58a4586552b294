// @ts-check
/**
 * What is wrong now, from the state alone; a subscriber keeps `state.troubles` equal to it.
 *
 * @typedef {import('../state/actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').Trouble} Trouble
 * @typedef {{talkingMuted: boolean, noSound: boolean, online: boolean}} Senses what the own microphone gave away, and whether there is a network
 */
import { isByServer, isInRoom, participantName } from '../state/selectors.js';

/**
 * @param {State} state
 * @param {Senses} senses
 * @returns {Trouble[]}
 */
export function troublesOf(state, { talkingMuted, noSound, online }) {
  /** @type {Trouble[]} */
  const troubles = [];
  const waits = state.meetingState === 'reconnecting' || (isArriving(state) && state.joinError !== null);
  if (waits) troubles.push({ key: connectionTrouble(state, online), severity: 'danger' });
  troubles.push(...deviceTroubles(state), ...linkTroubles(state));
  if (talkingMuted && isInRoom(state)) {
    troubles.push({ key: 'trouble.talking-muted', severity: 'info', action: { key: 'action.unmute', gesture: { type: 'toggle-microphone' } } });
  }
  if (noSound) {
    troubles.push({ key: 'trouble.silent-microphone', severity: 'warning', action: { key: 'action.devices', gesture: { type: 'open-dialog', dialog: 'devices' } } });
  }
  return troubles;
}

/** @param {State} state */
function isArriving({ meetingState }) {
  return meetingState === 'joining' || meetingState === 'waiting';
}

/** @param {State} state @param {boolean} online */
function connectionTrouble({ meetingState, joinError }, online) {
  if (!online) return 'trouble.offline';
  if (joinError === 'error.server-draining') return 'trouble.draining';
  return meetingState === 'joining' ? 'trouble.unreachable' : 'trouble.reconnecting';
}

/** @param {State} state @returns {Trouble[]} */
function deviceTroubles({ meetingState, local }) {
  if (meetingState === 'home' || meetingState === 'left') return [];
  if (local.microphone.permission === 'insecure') return [{ key: 'trouble.insecure', severity: 'warning' }];
  return /** @type {const} */ (['microphone', 'camera']).flatMap((source) => {
    const { wanted, actual, permission } = local[source];
    if (wanted === 'off' || actual === 'on' || !['denied', 'missing', 'busy'].includes(permission)) return [];
    return [{
      key: `trouble.${source}-${permission}`,
      severity: source === 'microphone' ? /** @type {const} */ ('warning') : /** @type {const} */ ('info'),
      action: { key: 'action.retry', gesture: /** @type {const} */ ({ type: 'retry-devices' }) },
    }];
  });
}

/** @type {NonNullable<Trouble['action']>} */
const tryAgain = { key: 'action.retry', gesture: { type: 'retry-links' } };

/**
 * The link to the server: broken while it carries the meeting, or told ahead while only two are here and do without it.
 * @param {State} state
 * @returns {Trouble[]}
 */
function serverTroubles(state) {
  const link = state.links.sfu;
  if (!link || link.state === 'connected') return [];
  // A server that does without it has nobody to warn of his network.
  const isBlocked = link.relay?.kind !== 'refused' && (link.state === 'failed' || link.relay);
  if (!isByServer(state)) return isBlocked ? [{ key: 'trouble.sfu-ahead', severity: 'warning', action: tryAgain }] : [];
  const { relay } = link;
  if (relay) return [{ key: `trouble.relay-${relay.kind}`, values: { ports: relay.ports.join(', '), count: relay.ports.length }, severity: 'danger', action: tryAgain }];
  if (link.state === 'failed') return [{ key: 'trouble.sfu-failed', severity: 'danger', action: tryAgain }];
  return link.state === 'unstable' ? [{ key: 'trouble.sfu-unstable', severity: 'warning' }] : [];
}

/** One sentence about the links is enough: the network here, or the one person whose link is broken. @param {State} state @returns {Trouble[]} */
function linkTroubles(state) {
  if (state.meetingState !== 'joined') return [];
  const server = serverTroubles(state);
  if (server.length && isByServer(state)) return server;
  const present = state.participants.filter((participant) => participant.state === 'connected' && state.links[participant.id]);
  const links = present.map(({ id }) => ({ id, link: state.links[id] }));
  const of = (/** @type {string} */ wanted) => links.find(({ link }) => link?.state === wanted)?.id;
  const failed = of('failed');
  const unstable = of('unstable');
  const relay = links.find(({ link }) => link?.state !== 'connected' && link?.relay)?.link?.relay;
  if (relay) return [{ key: `trouble.relay-${relay.kind}`, values: { ports: relay.ports.join(', '), count: relay.ports.length }, severity: 'danger' }];
  if (failed) return [{ key: 'trouble.link-failed', values: { name: participantName(state, failed) }, severity: 'danger' }];
  if (unstable) return [{ key: 'trouble.link-unstable', values: { name: participantName(state, unstable) }, severity: 'warning' }];
  if (server.length) return server;
  const used = isByServer(state) ? [state.links.sfu] : links.map(({ link }) => link);
  const weak = used.filter((link) => link?.quality !== 'good').length;
  const bad = used.some((link) => link?.quality === 'bad');
  return bad && weak * 2 > used.length ? [{ key: 'trouble.weak-network', severity: 'warning' }] : [];
}

export class Troubles {
  #store;
  /** @type {Senses} */
  #senses = { talkingMuted: false, noSound: false, online: true };
  /** Put away by hand; shown again only after they were over. @type {Set<string>} */
  #dismissed = new Set();

  /** @param {import('../state/store.js').Store<State, Action>} store */
  constructor(store) {
    this.#store = store;
    store.subscribe(() => this.#update());
  }

  /** @param {Partial<Senses>} news */
  sense(news) {
    const { talkingMuted, noSound, online } = { ...this.#senses, ...news };
    const before = this.#senses;
    if (talkingMuted === before.talkingMuted && noSound === before.noSound && online === before.online) return;
    this.#senses = { talkingMuted, noSound, online };
    this.#update();
  }

  /** @param {string} key */
  dismiss(key) {
    this.#dismissed.add(key);
    this.#store.dispatch({ type: 'trouble-gone', key });
  }

  #update() {
    const state = this.#store.getState();
    const now = troublesOf(state, this.#senses);
    const keys = new Set(now.map(({ key }) => key));
    for (const key of this.#dismissed) if (!keys.has(key)) this.#dismissed.delete(key);
    for (const { key } of state.troubles) if (!keys.has(key)) this.#store.dispatch({ type: 'trouble-gone', key });
    for (const trouble of now) {
      if (this.#dismissed.has(trouble.key)) continue;
      const shown = state.troubles.find(({ key }) => key === trouble.key);
      if (!shown || shown.values?.name !== trouble.values?.name) this.#store.dispatch({ type: 'trouble', trouble });
    }
  }
}
