// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { deviceId, SeatKeeper } from '../signaling/seat.js';

/** @param {Record<string, string>} [content] @returns {any} */
function storage(content = {}) {
  const kept = new Map(Object.entries(content));
  return {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
    removeItem: (/** @type {string} */ key) => void kept.delete(key),
    copy: () => storage(Object.fromEntries(kept)),
  };
}

/** Locks of one browser: held for as long as the page lives. @returns {any} */
function lockManager() {
  const held = new Set();
  return {
    release: () => held.clear(),
    request: (/** @type {string} */ name, /** @type {{signal: AbortSignal}} */ { signal }, /** @type {() => Promise<void>} */ work) => {
      if (!held.has(name)) {
        held.add(name);
        return work();
      }
      // A signal's own timer does not keep the test's process alive.
      const alive = setInterval(() => {}, 100);
      return new Promise((_, reject) => signal.addEventListener('abort', () => {
        clearInterval(alive);
        reject(signal.reason);
      }));
    },
  };
}

/** @type {import('../signaling/seat.js').Seat} */
const seat = { room: 'blue-heron-42', resume: 'r3s2m0t4', name: 'Ana', microphone: 'on', camera: 'off' };
let next = 0;
const makeId = () => `tab-${next++}`;

test('A reloaded tab finds its seat', async () => {
  const locks = lockManager();
  const kept = storage();
  const first = new SeatKeeper({ storage: kept, locks, makeId });
  assert.equal(await first.claim(), null);
  first.keep(seat);
  locks.release();
  assert.deepEqual(await new SeatKeeper({ storage: kept, locks, makeId }).claim(), seat);
});

test('A duplicated tab does not take the seat of its twin', async () => {
  const locks = lockManager();
  const kept = storage();
  const first = new SeatKeeper({ storage: kept, locks, makeId });
  await first.claim();
  first.keep(seat);
  const copy = kept.copy();
  assert.equal(await new SeatKeeper({ storage: copy, locks, makeId }).claim(), null);
  assert.equal(copy.getItem('parley.seat'), null);
});

test('A given-up seat is forgotten, a damaged one ignored', async () => {
  const kept = storage({ 'parley.owner': 'tab-x', 'parley.seat': '{"room":1}' });
  const keeper = new SeatKeeper({ storage: kept, locks: undefined, makeId });
  assert.equal(await keeper.claim(), null);
  keeper.keep(seat);
  keeper.change({ camera: 'on' });
  assert.equal(JSON.parse(kept.getItem('parley.seat')).camera, 'on');
  keeper.forget();
  assert.equal(kept.getItem('parley.seat'), null);
});

test('A browser keeps its own name, and goes on without storage', () => {
  const kept = storage();
  assert.equal(deviceId(kept, makeId), deviceId(kept, makeId));
  assert.equal(typeof deviceId({ getItem: () => { throw new Error('forbidden'); }, setItem: () => {} }, makeId), 'string');
});
