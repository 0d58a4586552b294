// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseMessage } from '../signaling/messages.js';
import { isClientMessage } from './support/client-shapes.js';
import { fixture, fixtures } from './support/fixtures.js';

for (const { name, text, value } of fixtures('server')) {
  test(`The server's ${name} is understood`, () => {
    const parsed = parseMessage(text);
    assert.equal(parsed.kind, 'message');
    assert.deepEqual(parsed.kind === 'message' && parsed.message, value);
  });

  test(`The server's ${name} without its fields is refused, not believed`, () => {
    if (name === 'pong') return; // It has no field that it needs.
    assert.equal(parseMessage(JSON.stringify({ type: value.type })).kind, 'malformed');
  });
}

for (const { name, value } of fixtures('client')) {
  test(`The page's ${name} has the shape that tests of sent messages ask for`, () => assert.ok(isClientMessage(value)));
}

test('An unknown type is named, so that it can be counted', () => {
  assert.deepEqual(parseMessage('{"type":"weather"}'), { kind: 'unknown', type: 'weather' });
});

test('Names of object methods are unknown types', () => {
  for (const type of ['constructor', 'toString', '__proto__']) assert.equal(parseMessage(JSON.stringify({ type })).kind, 'unknown', type);
});

test('Unknown fields are let through', () => {
  assert.equal(parseMessage(JSON.stringify({ ...fixture('updated'), mood: 'sunny' })).kind, 'message');
});

test('What is no object with a type is malformed', () => {
  for (const data of ['', 'null', '[]', '1', '"text"', '{', '{"type":1}', new ArrayBuffer(2), undefined]) {
    assert.equal(parseMessage(data).kind, 'malformed', String(data));
  }
});

test('A field of the wrong type is malformed, however deep it lies', () => {
  const welcome = fixture('welcome');
  welcome.participants[1].hand = 'yes';
  assert.equal(parseMessage(JSON.stringify(welcome)).kind, 'malformed');
});

test('The sequence number stands beside the message', () => {
  const parsed = parseMessage(JSON.stringify(fixture('link')));
  assert.equal(parsed.kind === 'message' && parsed.seq, 11);
});
