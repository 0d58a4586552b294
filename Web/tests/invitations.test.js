// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Invitations } from '../effects/invitations.js';

/** A tab: its address, its storage, and what its history holds. @param {string} address */
function tab(address) {
  const location = new URL(address, 'https://meet.example');
  /** @type {Map<string, string>} */
  const stored = new Map();
  const invitations = new Invitations({
    location,
    storage: { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => void stored.set(key, value), removeItem: (key) => void stored.delete(key) },
    history: { state: null, replaceState: (_state, _title, path) => void (location.href = new URL(String(path), location).href) },
  });
  return { location, invitations, stored };
}

for (const address of ['/r/blue-heron-42?token=s3cret%2B', '/r/blue-heron-42#token=s3cret%2B']) {
  test(`The token of ${address} goes to that room and is gone from the address`, () => {
    const { location, invitations } = tab(address);
    invitations.take();
    assert.equal(invitations.token('blue-heron-42'), 's3cret+');
    assert.equal(invitations.token('another-room'), null);
    assert.equal(location.href, 'https://meet.example/r/blue-heron-42');
  });
}

test('Whatever else the address says stays in it', () => {
  const { location, invitations } = tab('/r/blue-heron-42?debug&token=a&x=1#here');
  invitations.take();
  assert.equal(location.href, 'https://meet.example/r/blue-heron-42?debug&x=1#here');
});

test('An address without a token is left alone, and the token from before is kept', () => {
  const { location, invitations } = tab('/r/blue-heron-42?token=a');
  invitations.take();
  location.search = '?b';
  invitations.take();
  assert.equal(location.href, 'https://meet.example/r/blue-heron-42?b');
  assert.equal(invitations.token('blue-heron-42'), 'a');
});

test('A token that was refused is forgotten', () => {
  const { invitations } = tab('/r/blue-heron-42?token=a');
  invitations.take();
  invitations.forget();
  assert.equal(invitations.token('blue-heron-42'), null);
});

test('No room, no token and too much of one keep nothing', () => {
  for (const address of ['/?token=a', '/r/blue-heron-42?token=', `/r/blue-heron-42?token=${'a'.repeat(5000)}`]) {
    const { invitations, stored } = tab(address);
    invitations.take();
    assert.equal(stored.size, 0, address);
  }
});

test('Storage that holds nonsense holds no token', () => {
  const { invitations, stored } = tab('/r/blue-heron-42');
  for (const nonsense of ['{', '1', 'null', '{"room":"blue-heron-42","token":7}']) {
    stored.set('parley.invitation', nonsense);
    assert.equal(invitations.token('blue-heron-42'), null);
  }
});
