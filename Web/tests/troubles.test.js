// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Troubles, troublesOf } from '../effects/troubles.js';
import { initialState } from '../state/initial-state.js';
import { reduce } from '../state/reducer.js';
import { createStore } from '../state/store.js';
import { fixture } from './support/fixtures.js';

/** @typedef {import('../state/actions.js').Action} Action */
const ana = 'k7q2m4x9t0v3w8zc';
const calm = { talkingMuted: false, noSound: false, online: true };

/** @param {...Action} more */
function inRoom(...more) {
  /** @type {Action[]} */
  const actions = [{ type: 'entered-room', room: 'r' }, { type: 'server', message: fixture('welcome'), at: 0 }, ...more];
  return actions.reduce(reduce, initialState());
}

/** @param {import('../types/state.js').State} state */
const keys = (state, senses = calm) => troublesOf(state, senses).map(({ key }) => key);

test('A healthy meeting has no trouble', () => assert.deepEqual(keys(inRoom()), []));

test('A lost connection says whether it is our network', () => {
  const state = inRoom({ type: 'connection-lost', key: 'error.unreachable' });
  assert.deepEqual(keys(state), ['trouble.reconnecting']);
  assert.deepEqual(keys(state, { ...calm, online: false }), ['trouble.offline']);
});

test('A server that does not answer the first time is out of reach, not gone', () => {
  const state = reduce(reduce(initialState(), { type: 'joining' }), { type: 'connection-lost', key: 'error.unreachable' });
  assert.deepEqual(keys(state), ['trouble.unreachable']);
});

test('A refused camera is trouble only while it is wanted', () => {
  const denied = inRoom({ type: 'local', source: 'camera', change: { permission: 'denied', wanted: 'on' } });
  assert.deepEqual(keys(denied), ['trouble.camera-denied']);
  assert.deepEqual(keys(reduce(denied, { type: 'local', source: 'camera', change: { wanted: 'off' } })), []);
});

test('A broken link names the person, unless he is away himself', () => {
  const state = inRoom({ type: 'link', participant: ana, change: { state: 'failed' } });
  assert.deepEqual(troublesOf(state, calm)[0]?.values, { name: 'Ana' });
  const away = { ...fixture('updated').participant, id: ana, name: 'Ana', state: /** @type {const} */ ('reconnecting') };
  assert.deepEqual(keys(reduce(state, { type: 'server', at: 0, message: { ...fixture('updated'), participant: away } })), []);
});

test('A broken link to the server is trouble while the meeting goes by it, with one thing to do', () => {
  /** @type {Action} */
  const grown = { type: 'server', at: 0, message: { type: 'topology', mode: 'sfu', phase: 'commit', epoch: 2 } };
  /** @type {Action} */
  const failed = { type: 'link', participant: 'sfu', change: { state: 'failed' } };
  const [trouble] = troublesOf(inRoom(grown, failed), calm);
  assert.deepEqual([trouble?.key, trouble?.severity, trouble?.action?.gesture.type], ['trouble.sfu-failed', 'danger', 'retry-links']);
  assert.deepEqual(keys(inRoom(grown, { type: 'link', participant: 'sfu', change: { state: 'unstable' } })), ['trouble.sfu-unstable']);
  const blocked = inRoom(grown, { ...failed, change: { state: 'failed', relay: { kind: 'unreachable', ports: ['3478'] } } });
  assert.deepEqual(keys(blocked), ['trouble.relay-unreachable']);
});

test('While people do without the server, its broken link is told ahead, after what is wrong already', () => {
  /** @type {Action} */
  const failed = { type: 'link', participant: 'sfu', change: { state: 'failed' } };
  assert.deepEqual(keys(inRoom(failed)), ['trouble.sfu-ahead']);
  assert.deepEqual(keys(inRoom(failed, { type: 'link', participant: ana, change: { state: 'failed' } })), ['trouble.link-failed']);
  assert.deepEqual(keys(inRoom({ type: 'link', participant: 'sfu', change: { state: 'connecting' } })), []);
  const refused = /** @type {const} */ ({ kind: 'refused', ports: [] });
  assert.deepEqual(keys(inRoom({ type: 'link', participant: 'sfu', change: { state: 'failed', relay: refused } })), [], 'that is the server’s own choice');
});

test('A trouble that was put away comes back only after it was over', () => {
  const store = createStore(reduce, inRoom());
  const troubles = new Troubles(store);
  const shown = () => store.getState().troubles.map(({ key }) => key);
  troubles.sense({ talkingMuted: true });
  assert.deepEqual(shown(), ['trouble.talking-muted']);
  troubles.dismiss('trouble.talking-muted');
  store.dispatch({ type: 'page', page: 1 });
  assert.deepEqual(shown(), []);
  troubles.sense({ talkingMuted: false });
  troubles.sense({ talkingMuted: true });
  assert.deepEqual(shown(), ['trouble.talking-muted']);
});
