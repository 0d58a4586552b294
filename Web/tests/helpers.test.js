// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { insideOf } from '../effects/inside.js';
import { unwatched, watched } from '../media-streams/voice-watch.js';
import { loadPreferences, soundPreferences, withRecentRoom } from '../state/preferences.js';
import { isRoomName, randomRoomName, roomFromPath, roomFromText, soundName } from '../state/rooms.js';
import { heard, speakers } from '../state/speech.js';

test('A new room has 100 unguessable bits and a name the server takes', () => {
  const names = new Set(Array.from({ length: 500 }, () => randomRoomName((bytes) => crypto.getRandomValues(bytes))));
  assert.equal(names.size, 500);
  for (const name of names) assert.match(name, /^([a-z2-7]{5}-){3}[a-z2-7]{5}$/);
});

test('A room is found in a name, a typed name and a pasted link', () => {
  assert.equal(roomFromText('blue-heron-42'), 'blue-heron-42');
  assert.equal(roomFromText('  Blue Heron 42 '), 'blue-heron-42');
  assert.equal(roomFromText('https://meet.example.org/r/blue-heron-42?x=1#y'), 'blue-heron-42');
  for (const text of ['', 'ä', 'a/b', 'a'.repeat(65), 'https://example.org/other/a']) assert.equal(roomFromText(text), null, text);
});

test('Addresses that name no room lead home', () => {
  assert.equal(roomFromPath('/r/abc'), 'abc');
  for (const path of ['/', '/r/', '/r/A', '/r/a/b', '/test']) assert.equal(roomFromPath(path), null, path);
  assert.equal(isRoomName('a'.repeat(64)), true);
});

test('A name needs something to see', () => {
  assert.equal(soundName('  Ana  '), 'Ana');
  for (const name of ['', '   ', '\u200b\u200e', 'x'.repeat(65)]) assert.equal(soundName(name), null);
  assert.equal(soundName('👩‍👩‍👧'.repeat(2)), '👩‍👩‍👧👩‍👩‍👧');
});

test('Preferences of another version, or of nobody, are not believed', () => {
  assert.deepEqual(soundPreferences({ name: 'Ana', microphone: 'loud', theme: 'dark', mirror: 'yes', evil: 1, recentRooms: [1] }), { name: 'Ana', theme: 'dark' });
  assert.deepEqual(loadPreferences({ getItem: () => '{' }), {});
  assert.deepEqual(loadPreferences({ getItem: () => { throw new Error('forbidden'); } }), {});
});

test('Recent rooms are eight, newest first, none twice', () => {
  const rooms = Array.from({ length: 12 }, (_, index) => `room-${index}`).reduce(withRecentRoom, /** @type {string[]} */ ([]));
  assert.equal(rooms.length, 8);
  assert.equal(rooms[0], 'room-11');
  assert.deepEqual(withRecentRoom(['a', 'b'], 'b'), ['b', 'a']);
});

/** @param {[number, number][]} story duration and level, every 50 ms */
function speaking(story) {
  let now = 1000;
  let voices = new Map();
  for (const [duration, level] of story) {
    for (const end = now + duration; now < end; now += 50) voices = heard(voices, new Map([['a', level]]), now);
  }
  return speakers(voices).includes('a');
}

test('Speaking begins after 250 ms of sound and ends after 800 ms of quiet', () => {
  assert.equal(speaking([[200, 0.1]]), false);
  assert.equal(speaking([[350, 0.1]]), true);
  assert.equal(speaking([[350, 0.1], [700, 0]]), true);
  assert.equal(speaking([[350, 0.1], [900, 0]]), false);
});

test('A short pause between syllables does not start the attack anew, a click does not count', () => {
  assert.equal(speaking([[150, 0.1], [150, 0], [150, 0.1]]), true);
  assert.equal(speaking([[50, 0.9], [400, 0], [50, 0.9]]), false);
});

test('The louder of two speakers comes first, and the first keeps his place in a tie', () => {
  let voices = new Map();
  for (let now = 1000; now < 3000; now += 100) voices = heard(voices, new Map([['a', 0.1], ['b', 0.11], ['c', 0.5]]), now);
  assert.deepEqual(speakers(voices), ['c', 'b', 'a']);
  voices = new Map();
  for (let now = 1000; now < 3000; now += 100) voices = heard(voices, new Map([['a', 0.1], ['b', 0.11]]), now);
  assert.deepEqual(speakers(voices, ['a', 'b']), ['a', 'b']);
});

/** @param {{loudness: number, muted: boolean, measured?: boolean}} input @param {number} milliseconds */
function watchFor(input, milliseconds) {
  let watch = unwatched;
  for (let now = 1000; now <= 1000 + milliseconds; now += 100) watch = watched(watch, { measured: true, ...input, now });
  return watch;
}

test('Talking while muted is noticed after a sentence, not after a cough', () => {
  assert.equal(watchFor({ loudness: 0.1, muted: true }, 500).talkingMuted, false);
  assert.equal(watchFor({ loudness: 0.1, muted: true }, 1500).talkingMuted, true);
  assert.equal(watchFor({ loudness: 0.1, muted: false }, 1500).talkingMuted, false);
});

test('Exact silence of an open microphone is noticed; hiss and a muted one are not', () => {
  assert.equal(watchFor({ loudness: 0, muted: false }, 7000).noSound, true);
  assert.equal(watchFor({ loudness: 0.0005, muted: false }, 7000).noSound, false);
  assert.equal(watchFor({ loudness: 0, muted: true }, 7000).noSound, false);
  assert.equal(watchFor({ loudness: 0, muted: false, measured: false }, 7000).noSound, false);
});

test('Who is inside is read with and without names', () => {
  assert.deepEqual(insideOf({ participants: [{ name: 'Ana' }], locked: false, lobby: false }), { count: 1, names: ['Ana'], locked: false, lobby: false });
  assert.deepEqual(insideOf({ count: 3, locked: true, lobby: false }), { count: 3, names: [], locked: true, lobby: false });
  assert.equal(insideOf([]), null);
});
