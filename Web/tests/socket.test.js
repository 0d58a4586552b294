// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { RETRY_DELAYS, SignalSocket } from '../signaling/socket.js';
import { FakeSocket } from './support/fake-socket.js';
import { ManualClock } from './support/manual-clock.js';

function setUp() {
  FakeSocket.made = [];
  const clock = new ManualClock();
  /** @type {string[]} */
  const events = [];
  const socket = new SignalSocket({
    url: 'ws://test/ws',
    WebSocket: /** @type {any} */ (FakeSocket),
    clock,
    random: () => 0,
    events: { opened: () => events.push('opened'), closed: () => events.push('closed'), received: (data) => events.push(String(data)) },
  });
  socket.start();
  clock.advance(0);
  return { socket, clock, events, latest: () => /** @type {FakeSocket} */ (FakeSocket.made.at(-1)), count: () => FakeSocket.made.length };
}

test('It retries for ever, with the waits of the contract', () => {
  const { clock, latest, count } = setUp();
  const expected = [...RETRY_DELAYS.slice(1), 7000, 7000];
  for (const delay of expected) {
    const before = count();
    latest().fail();
    clock.advance(delay - 1);
    assert.equal(count(), before, `too early before ${delay}`);
    clock.advance(1);
    assert.equal(count(), before + 1, `after ${delay}`);
  }
});

test('A connection that the server took starts again with no wait at all', () => {
  const { socket, clock, latest, count } = setUp();
  latest().fail();
  clock.advance(300);
  latest().open();
  socket.settle();
  latest().fail();
  clock.advance(0);
  assert.equal(count(), 3);
});

test('The network coming back does not wait for the timer', () => {
  const { socket, clock, latest, count } = setUp();
  for (const delay of [300, 1000, 2000]) {
    latest().fail();
    clock.advance(delay);
  }
  latest().fail();
  socket.wake();
  assert.equal(count(), 5);
});

test('A silent connection is asked after 10 s and given up after 20 s', () => {
  const { clock, events, latest } = setUp();
  const first = latest();
  first.open();
  clock.advance(10_000);
  assert.equal(first.sent.at(-1)?.type, 'ping');
  clock.advance(9_999);
  assert.deepEqual(events, ['opened']);
  clock.advance(1);
  assert.deepEqual(events, ['opened', 'closed']);
});

test('A connection that answers lives', () => {
  const { clock, events, latest } = setUp();
  const first = latest();
  first.open();
  for (let minute = 0; minute < 30; minute += 1) {
    clock.advance(10_000);
    first.say({ type: 'pong' });
  }
  assert.equal(events.includes('closed'), false);
});

test('After a wake-up a dead connection is found out within seconds', () => {
  const { socket, clock, events, latest } = setUp();
  latest().open();
  socket.wake();
  clock.advance(2_500);
  assert.ok(events.includes('closed'));
});

test('After a wake-up a living connection is kept', () => {
  const { socket, clock, events, latest } = setUp();
  latest().open();
  socket.wake();
  latest().say({ type: 'pong' });
  clock.advance(5_000);
  assert.equal(events.includes('closed'), false);
});

test('An attempt that neither opens nor fails is given up', () => {
  const { clock, count } = setUp();
  clock.advance(8_000 + 300);
  assert.equal(count(), 2);
});

test('Once stopped it stays quiet', () => {
  const { socket, clock, latest, count } = setUp();
  latest().open();
  socket.stop();
  socket.wake();
  clock.advance(60_000);
  assert.equal(count(), 1);
  assert.equal(clock.pending, 0);
});

test('Without a connection sending says so', () => {
  const { socket, latest } = setUp();
  assert.equal(socket.send({ type: 'ping' }), false);
  latest().open();
  assert.equal(socket.send({ type: 'ping' }), true);
});
