// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { initialState } from '../state/initial-state.js';
import { reduce } from '../state/reducer.js';
import { peopleInOrder, raisedHands } from '../state/selectors.js';
import { createStore } from '../state/store.js';
import { fixture } from './support/fixtures.js';

/** @typedef {import('../state/actions.js').Action} Action */
const at = 1_767_225_630_000;
const ana = 'k7q2m4x9t0v3w8zc';
const ben = 'b5d8f1g6h2j9n4pr';

/** @param {...(Action|string)} actions names of transcripts stand for the server's message */
function after(...actions) {
  return actions.reduce((state, action) => reduce(state, typeof action === 'string' ? { type: 'server', message: fixture(action), at } : action), initialState());
}

/** @type {Action} */
const entered = { type: 'entered-room', room: 'blue-heron-42' };
/** @type {Action} */
const joining = { type: 'joining' };

test('A welcome puts us into the room, with people in order of joining', () => {
  const state = after(entered, joining, 'welcome');
  assert.equal(state.meetingState, 'joined');
  assert.deepEqual(state.you, { id: ben, role: 'member' });
  assert.deepEqual(state.participants.map(({ name }) => name), ['Ana', 'Ben']);
  assert.deepEqual(state.preferences.recentRooms, ['blue-heron-42']);
  assert.equal(state.clockOffsetMs, 100);
});

test('The state is frozen to the bottom', () => {
  const store = createStore(reduce, initialState());
  store.dispatch(entered);
  store.dispatch({ type: 'server', message: fixture('welcome'), at });
  assert.throws(() => { /** @type {any} */ (store.getState()).participants[0].name = 'Eve'; }, TypeError);
});

test('A broken connection shows as reconnecting and leaves everything in place', () => {
  const state = reduce(after(entered, joining, 'welcome'), { type: 'connection-lost', key: 'error.unreachable' });
  assert.equal(state.meetingState, 'reconnecting');
  assert.equal(state.participants.length, 2);
  assert.equal(reduce(state, { type: 'server', message: fixture('resumed'), at }).meetingState, 'joined');
});

test('While joining, a server that cannot be reached is named, and forgotten once we are in', () => {
  const state = after(entered, joining, { type: 'connection-lost', key: 'error.unreachable' });
  assert.deepEqual([state.meetingState, state.joinError], ['joining', 'error.unreachable']);
  assert.equal(reduce(state, { type: 'server', message: fixture('welcome'), at }).joinError, null);
});

test('The first ending stands, and tells how long it lasted', () => {
  const state = after(entered, joining, 'welcome', { type: 'ended', reason: 'removed', at: at + 60_000 }, { type: 'ended', reason: 'left', at });
  assert.deepEqual(state.ending, { reason: 'removed', durationMs: 60_100 });
  assert.deepEqual(state.participants, []);
});

test('Nothing of one room is left in the next', () => {
  const state = after(entered, joining, 'welcome', { type: 'pin', id: ana }, { type: 'ended', reason: 'left', at }, { type: 'entered-room', room: 'other' });
  assert.deepEqual([state.chat, state.participants, state.pinned, state.ending, state.you], [[], [], [], null, null]);
});

test('Own role follows the server, and a former host loses sight of the lobby', () => {
  const host = after(entered, joining, 'welcome', { type: 'server', at, message: { ...fixture('updated'), participant: { ...fixture('welcome').participants[1], role: 'host' } } }, 'lobby');
  assert.equal(host.you?.role, 'host');
  assert.equal(host.lobbyGuests.length, 1);
  const member = reduce(host, { type: 'server', at, message: { ...fixture('updated'), participant: fixture('welcome').participants[1] } });
  assert.equal(member.you?.role, 'member');
  assert.deepEqual(member.lobbyGuests, []);
});

test('Who leaves takes pins, volume and speaking along', () => {
  const left = { ...fixture('left'), participant: fixture('welcome').participants[0] };
  const state = after(entered, joining, 'welcome', { type: 'pin', id: ana }, { type: 'pin', id: `${ana}/screen` }, { type: 'volume', participant: ana, volume: 0.5 },
    { type: 'speaking', participants: [ana] }, { type: 'link', participant: ana, change: { state: 'connected' } }, { type: 'server', at, message: left });
  assert.deepEqual([state.pinned, state.volume, state.speaking, state.links, state.participants.length], [[], {}, [], {}, 1]);
});

test('Hands are in the order they were raised', () => {
  const state = after(entered, joining, 'welcome');
  const [first, second] = state.participants;
  const raised = { ...state, participants: [{ .../** @type {any} */ (first), hand: true, handAt: 9 }, { .../** @type {any} */ (second), hand: true, handAt: 5 }] };
  assert.deepEqual(raisedHands(raised).map(({ name }) => name), ['Ben', 'Ana']);
  assert.deepEqual(peopleInOrder({ ...state, speaking: [ben] }).map(({ name }) => name), ['Ben', 'Ana']);
});

test('A message of ours is pending until the server has it, and then stands where the server put it', () => {
  const pending = after(entered, joining, 'welcome', { type: 'chat-queued', clientId: 'm-5', text: 'Mine', at });
  assert.deepEqual(pending.chat.map(({ text, delivery }) => [text, delivery]), [['Hello everybody', 'stored'], ['Mine', 'pending']]);
  const other = reduce(pending, { type: 'server', at, message: { ...fixture('chat'), id: 'x8', text: 'Theirs' } });
  assert.deepEqual(other.chat.map(({ text }) => text), ['Hello everybody', 'Theirs', 'Mine']);
  const stored = reduce(other, { type: 'server', at, message: { ...fixture('chat'), id: 'x9', from: ben, clientId: 'm-5', text: 'Mine' } });
  assert.deepEqual(stored.chat.map(({ id, delivery }) => [id, delivery]), [['x1', 'stored'], ['x8', 'stored'], ['x9', 'stored']]);
});

test('A message that comes twice is shown once', () => {
  const state = after(entered, joining, 'welcome', 'chat', 'chat');
  assert.equal(state.chat.length, 1);
  assert.equal(state.unread, 0);
});

test('A message the disk refused is marked', () => {
  const refused = { ...fixture('chat-not-stored'), from: ben };
  const state = after(entered, joining, 'welcome', { type: 'chat-queued', clientId: 'm-3', text: 'Disk is full', at }, { type: 'server', at, message: refused });
  assert.deepEqual(state.chat.map(({ delivery }) => delivery), ['stored', 'not-stored']);
});

test('A fresh welcome keeps what the server has not seen of ours', () => {
  const state = after(entered, joining, 'welcome', { type: 'chat-queued', clientId: 'm-5', text: 'Mine', at }, 'welcome');
  assert.deepEqual(state.chat.map(({ text, delivery }) => [text, delivery]), [['Hello everybody', 'stored'], ['Mine', 'pending']]);
});

test('Unread counts what others wrote while the panel was closed', () => {
  const theirs = { type: /** @type {const} */ ('server'), at, message: { ...fixture('chat'), id: 'x8' } };
  const own = { type: /** @type {const} */ ('server'), at, message: { ...fixture('chat'), id: 'x9', from: ben, clientId: 'm-7' } };
  const state = after(entered, joining, 'welcome', theirs, own);
  assert.equal(state.unread, 1);
  const open = reduce(state, { type: 'panel', panel: 'chat' });
  assert.equal(open.unread, 0);
  assert.equal(reduce(open, { type: 'server', at, message: { ...theirs.message, id: 'x10' } }).unread, 0);
});

test('Escape closes the dialog first, then the panel', () => {
  const open = after({ type: 'panel', panel: 'people' }, { type: 'dialog', dialog: 'help' });
  const first = reduce(open, { type: 'close' });
  assert.deepEqual([first.dialog, first.panel], [null, 'people']);
  assert.equal(reduce(first, { type: 'close' }).panel, null);
});

test('The worst trouble comes first', () => {
  const state = after({ type: 'trouble', trouble: { key: 'a', severity: 'info' } }, { type: 'trouble', trouble: { key: 'b', severity: 'danger' } });
  assert.deepEqual(state.troubles.map(({ key }) => key), ['b', 'a']);
});

test('A lock shows when the server says so', () => {
  assert.equal(after(entered, joining, 'welcome', 'moderated-lock').roomInfo?.locked, true);
});

test('A listener that dispatches does not make others miss a state', () => {
  const store = createStore((/** @type {number} */ state, /** @type {number} */ action) => state + action, 0);
  /** @type {number[]} */
  const seen = [];
  store.subscribe((state) => { if (state === 1) store.dispatch(10); });
  store.subscribe((state) => seen.push(state));
  store.dispatch(1);
  assert.deepEqual(seen, [1, 11]);
});
