// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Session } from '../signaling/session.js';
import { isClientMessage } from './support/client-shapes.js';
import { fixture, fixtures } from './support/fixtures.js';

const client = Object.fromEntries(fixtures('client').map(({ name, value }) => [name, value]));

/** @param {import('../signaling/session.js').Effect[]} effects @returns {any[]} */
function sent(effects) {
  const messages = effects.flatMap((effect) => (effect.type === 'send' ? [effect.message] : []));
  for (const message of messages) assert.ok(isClientMessage(message), JSON.stringify(message));
  return messages;
}

/** @param {import('../signaling/session.js').Effect[]} effects */
const kinds = (effects) => effects.map(({ type }) => type);

function ana(more = {}) {
  return new Session({ room: 'blue-heron-42', name: 'Ana', ...more });
}

function seated(more = {}) {
  const session = ana(more);
  session.opened();
  session.received(fixture('welcome'), 3);
  return session;
}

test('The first message is the transcript’s hello', () => {
  assert.deepEqual(sent(ana({ device: '0f8c2b7d9e' }).opened()), [client.hello]);
});

test('An offer that the server would not take is no complaint about what the person did', () => {
  const session = seated();
  const [offer] = sent(session.say({ type: 'offer', to: 'sfu', neg: 1, sdp: 'v=0', tracks: {} }));
  const refusal = { ...fixture('error'), re: offer.id };
  assert.deepEqual(session.received(refusal), [{ type: 'offer-refused', code: refusal.code }]);
  assert.deepEqual(kinds(session.received(refusal)), ['complaint'], 'once');
});

test('After a broken connection the page asks for its seat and says what it has seen', () => {
  const session = ana();
  session.opened();
  session.received(fixture('welcome'), 3);
  session.received(fixture('updated'), 41);
  assert.deepEqual(kinds(session.closed()), ['lost']);
  const [hello] = sent(session.opened());
  assert.deepEqual({ ...hello, id: 1 }, client['hello-resume']);
});

test('The number of `resumed` does not hide the messages that follow it', () => {
  const session = seated();
  session.received(fixture('updated'), 41);
  session.closed();
  session.opened();
  session.received(fixture('resumed'), 44);
  session.closed();
  assert.equal(sent(session.opened())[0].lastSeq, 41);
});

test('The token of the latest answer is used, and kept for a reload', () => {
  const session = seated();
  session.closed();
  session.opened();
  const effects = session.received(fixture('resumed'), 44);
  assert.deepEqual(effects[0], { type: 'keep-seat', resume: fixture('resumed').resume });
  session.closed();
  assert.equal(sent(session.opened())[0].resume, fixture('resumed').resume);
});

test('A token that got no answer is tried again', () => {
  const session = seated();
  session.closed();
  const [first] = sent(session.opened());
  session.closed();
  const [second] = sent(session.opened());
  assert.equal(second.resume, first.resume);
});

test('After a reload the token goes without lastSeq, so that the server tells everything', () => {
  const [hello] = sent(ana({ resume: 'r3s2m0t4k5n6v7w8' }).opened());
  assert.equal(hello.resume, 'r3s2m0t4k5n6v7w8');
  assert.equal('lastSeq' in hello, false);
});

test('`stale` leads to a hello afresh on the same connection, once', () => {
  const session = ana({ resume: 'spent' });
  const [hello] = sent(session.opened());
  const stale = { ...fixture('error'), re: hello.id, code: 'stale', retry: 'now' };
  const effects = session.received(stale);
  assert.equal('resume' in sent(effects)[0], false);
  assert.ok(kinds(effects).includes('forget-seat'));
  const again = session.received({ ...stale, re: sent(effects)[0].id });
  assert.deepEqual(kinds(again), ['reconnect']);
});

test('After a welcome the whole presence is said, and chat that nobody confirmed', () => {
  const session = ana({ presence: { microphone: 'off', camera: 'on' } });
  session.opened();
  session.chat({ clientId: 'm-1', text: 'Hello everybody' });
  const messages = sent(session.received(fixture('welcome'), 3));
  assert.deepEqual(messages.map(({ type }) => type), ['state', 'chat']);
  assert.deepEqual({ ...messages[0], id: 0 }, { type: 'state', id: 0, microphone: 'off', camera: 'on' });
  assert.deepEqual({ ...messages[1], id: 7 }, client.chat);
});

test('A private message is the transcript’s', () => {
  const session = seated();
  const [message] = sent(session.chat({ clientId: 'm-2', text: 'Only for you', to: 'b5d8f1g6h2j9n4pr' }));
  assert.deepEqual({ ...message, id: 8 }, client['chat-private']);
});

test('Chat is sent again after a resume until the server confirms it, under the same clientId', () => {
  const session = seated();
  session.chat({ clientId: 'm-9', text: 'Hi' });
  session.closed();
  session.opened();
  const again = sent(session.received(fixture('resumed'), 44)).filter(({ type }) => type === 'chat');
  assert.deepEqual(again.map(({ clientId }) => clientId), ['m-9']);
  session.received({ ...fixture('chat'), from: session.you, clientId: 'm-9' }, 45);
  session.closed();
  session.opened();
  assert.equal(sent(session.received(fixture('resumed'), 46)).some(({ type }) => type === 'chat'), false);
});

test('The same clientId of somebody else confirms nothing', () => {
  const session = seated();
  session.chat({ clientId: 'm-1', text: 'Hi' });
  session.received({ ...fixture('chat'), clientId: 'm-1', from: 'somebody-else' }, 14);
  session.closed();
  session.opened();
  assert.ok(sent(session.received(fixture('resumed'), 44)).some(({ type }) => type === 'chat'));
});

test('A raised hand survives a server that forgot us; a lowered one is not raised again', () => {
  const session = seated();
  session.present({ hand: true });
  session.received({ ...fixture('updated'), participant: { ...fixture('updated').participant, id: session.you, hand: false } }, 6);
  session.closed();
  session.opened();
  assert.equal(sent(session.received(fixture('welcome'), 7))[0].hand, false);
});

test('Without a connection presence is remembered, and reactions are dropped', () => {
  const session = seated();
  session.closed();
  assert.deepEqual(session.say({ type: 'react', emoji: '👍' }), []);
  assert.deepEqual(session.present({ microphone: 'on' }), []);
  session.opened();
  assert.equal(sent(session.received(fixture('resumed'), 44))[0].microphone, 'on');
});

test('A refusal that the person can mend leads back to the door', () => {
  const session = ana();
  const [hello] = sent(session.opened());
  const effects = session.received({ ...fixture('error'), re: hello.id, code: 'bad-name', retry: 'none' });
  assert.deepEqual(effects.at(-1), { type: 'refused', code: 'bad-name' });
});

test('A full room ends the attempt with its reason', () => {
  const session = ana();
  const [hello] = sent(session.opened());
  const effects = session.received({ ...fixture('error'), re: hello.id, code: 'room-full', retry: 'none' });
  assert.deepEqual(effects.at(-1), { type: 'over', reason: 'room-full' });
});

test('A full room is no reason to knock for ever, even if it says later', () => {
  const session = ana();
  const [hello] = sent(session.opened());
  const effects = session.received({ ...fixture('error'), re: hello.id, code: 'room-full', retry: 'later' });
  assert.deepEqual(effects.at(-1), { type: 'over', reason: 'room-full' });
});

test('A server that is draining is tried again', () => {
  const session = ana();
  const [hello] = sent(session.opened());
  assert.deepEqual(session.received({ ...fixture('error'), re: hello.id, code: 'server-draining', retry: 'later' }), [{ type: 'reconnect', code: 'server-draining' }]);
  const other = seated();
  assert.deepEqual(other.received({ type: 'bye', reason: 'draining', retry: 'now' }), [{ type: 'reconnect', code: 'draining' }]);
});

test('After `bye` nothing is said or believed any more', () => {
  const session = seated();
  assert.deepEqual(session.received(fixture('bye')), [{ type: 'forget-seat' }, { type: 'over', reason: 'removed' }]);
  assert.deepEqual(session.closed(), []);
  assert.deepEqual(session.opened(), []);
  assert.deepEqual(session.received(fixture('welcome'), 50), []);
});

test('Leaving frees the seat at once', () => {
  const effects = seated().leave();
  assert.deepEqual(kinds(effects), ['send', 'forget-seat', 'over']);
  assert.equal(sent(effects)[0].type, 'leave');
});

test('A guest at the door waits, and is let in or sent away', () => {
  const session = ana();
  session.opened();
  assert.deepEqual(kinds(session.received(fixture('waiting'))), ['deliver']);
  assert.ok(kinds(session.received(fixture('welcome'), 3)).includes('seated'));
  const other = ana();
  other.opened();
  other.received(fixture('waiting'));
  assert.deepEqual(other.received({ ...fixture('error'), re: undefined, code: 'denied' }).at(-1), { type: 'over', reason: 'denied' });
});

test('Chat that the server refuses is given back to the person', () => {
  const session = seated();
  const [message] = sent(session.chat({ clientId: 'm-3', text: 'Hi' }));
  const effects = session.received({ ...fixture('error'), re: message.id, code: 'rate-limited', retry: 'later' });
  assert.deepEqual(effects[0], { type: 'chat-refused', clientId: 'm-3' });
});

test('The token of an invitation is in every hello, with a seat or without', () => {
  const session = ana({ token: 'let-me-in' });
  assert.equal(sent(session.opened())[0].token, 'let-me-in');
  session.received(fixture('welcome'), 3);
  session.closed();
  assert.equal(sent(session.opened())[0].token, 'let-me-in');
});

test('A server that does not take the token sends one back to the pre-join page', () => {
  const session = ana({ token: 'let-me-in' });
  const [hello] = sent(session.opened());
  const effects = session.received({ type: 'error', re: hello.id, code: 'bad-token', message: '', retry: 'none' });
  assert.deepEqual(effects.at(-1), { type: 'refused', code: 'bad-token' });
});
