// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { again, insist, Later } from '../user-interface/later.js';
import { ManualClock, settled } from './support/manual-clock.js';

test('What cannot be fetched is tried again until it is there', async () => {
  const clock = new ManualClock();
  /** @type {number[]} */
  const attempts = [];
  const load = async (/** @type {number} */ attempt) => {
    attempts.push(attempt);
    if (attempt < 3) throw new TypeError('Failed to fetch');
    return 'panel';
  };
  let got = '';
  void insist(load, clock).then((part) => (got = part));
  await settled();
  assert.deepEqual([attempts, got], [[0], '']);
  await clock.run(60_000);
  assert.deepEqual([attempts, got], [[0, 1, 2, 3], 'panel']);
});

test('Between tries there are at most eight seconds', async () => {
  const clock = new ManualClock();
  let tries = 0;
  void insist(() => Promise.reject(new TypeError(`try ${(tries += 1)}`)), clock);
  await clock.run(60_000);
  const before = tries;
  await clock.run(8_000);
  assert.equal(tries, before + 1);
});

test('A part is fetched once, however often it is asked for', async () => {
  let loads = 0;
  const later = new Later({ chat: async () => (loads += 1) }, new ManualClock());
  assert.deepEqual(await Promise.all([later.bring('chat'), later.bring('chat')]), [1, 1]);
  assert.equal(await later.bring('chat'), 1);
});

test('Idle browsers fetch all parts that nobody has asked for yet', async () => {
  const clock = new ManualClock();
  /** @type {string[]} */
  const loaded = [];
  const later = new Later({ chat: async () => loaded.push('chat'), people: async () => loaded.push('people') }, clock);
  later.whenIdle();
  await settled();
  assert.deepEqual(loaded, []);
  await clock.run(5_000);
  assert.deepEqual(loaded, ['chat', 'people']);
});

test('A new try has an address that no browser remembers as failed', () => {
  assert.deepEqual([0, 1, 2].map(again), ['', '?again=1', '?again=2']);
});
