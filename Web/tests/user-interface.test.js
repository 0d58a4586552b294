// @ts-check
/** The parts of the page that decide without touching the page. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { gestureOfKey, SHORTCUTS } from '../controls/keyboard-shortcuts.js';
import { groupMessages, splitLinks } from '../user-interface/chat-groups.js';
import { hue, initials } from '../user-interface/face.js';
import { cornerBox, floatingSize, moveCorner, nearestCorner } from '../user-interface/floating-self.js';
import { orderPeople } from '../user-interface/people-order.js';
import { permissionHelpKey } from '../user-interface/permission-help.js';
import { isPinned, numberOrder, planStage, stripWindow } from '../user-interface/stage-plan.js';

/** @typedef {import('../types/state.js').Participant} Participant */
/** @typedef {import('../types/state.js').State} State */

/**
 * @param {string} id
 * @param {Partial<Participant>} more
 * @returns {Participant}
 */
const person = (id, more = {}) => ({
  id, name: id, role: 'member', state: 'connected', microphone: 'on', camera: 'on', screen: 'off', hand: false, handAt: null, away: false, joinedAt: 0, ...more,
});

/**
 * @param {Participant[]} others
 * @param {Record<string, unknown>} more
 * @returns {State}
 */
const meeting = (others, more = {}) => /** @type {State} */ (/** @type {unknown} */ ({
  you: { id: 'me', role: 'member' },
  participants: [person('me'), ...others],
  view: 'grid',
  pinned: [],
  preferences: { selfViewHidden: false },
  local: { screen: { actual: 'off' } },
  ...more,
}));

test('Alone one sees oneself, even with the self view hidden', () => {
  assert.deepEqual(planStage(meeting([]), null), { mode: 'alone', large: [], small: ['me/camera'], floating: null });
  assert.deepEqual(planStage(meeting([], { preferences: { selfViewHidden: true } }), null).small, ['me/camera']);
});

test('Alone a pin changes nothing: the way to invite somebody stays in sight', () => {
  assert.equal(planStage(meeting([], { pinned: ['me/camera'], view: 'speaker' }), null).mode, 'alone');
});

test('With two the other has the stage and oneself floats', () => {
  assert.deepEqual(planStage(meeting([person('a')]), null), { mode: 'pair', large: [], small: ['a/camera'], floating: 'me/camera' });
});

test('From three on oneself is in the grid, last', () => {
  assert.deepEqual(planStage(meeting([person('a'), person('b')]), null).small, ['a/camera', 'b/camera', 'me/camera']);
});

test('A shared screen takes the stage and people go to the strip', () => {
  const plan = planStage(meeting([person('a', { screen: 'on' }), person('b')]), null);
  assert.deepEqual(plan.large, ['a/screen']);
  assert.deepEqual(plan.small, ['a/camera', 'b/camera', 'me/camera']);
});

test('The own screen takes nobody’s place: two stay two, and nobody gets smaller', () => {
  const sharing = { participants: [person('me', { screen: 'on' }), person('a')], local: { screen: { actual: 'on' } } };
  assert.deepEqual(planStage(meeting([], sharing), null), { mode: 'pair', large: [], small: ['a/camera'], floating: 'me/camera' });
});

test('A number stays with its tile when the tile is pinned', () => {
  const state = meeting([person('a'), person('b', { screen: 'on' }), person('c')]);
  const numbers = (/** @type {string[]} */ pinned) => {
    const plan = planStage({ ...state, pinned }, null);
    return numberOrder([...plan.large, ...plan.small], state);
  };
  assert.deepEqual(numbers([]), ['a/camera', 'b/camera', 'b/screen', 'c/camera', 'me/camera']);
  assert.deepEqual(numbers(['c/camera']), numbers([]));
});

test('A pin wins over a shared screen and over the speaker', () => {
  const plan = planStage(meeting([person('a', { screen: 'on' }), person('b')], { pinned: ['b'], view: 'speaker' }), 'a');
  assert.deepEqual(plan.large, ['b/camera']);
  assert.ok(plan.small.includes('a/screen'));
});

test('The speaker view shows who spoke last, not oneself', () => {
  assert.deepEqual(planStage(meeting([person('a'), person('b')], { view: 'speaker' }), 'b').large, ['b/camera']);
  assert.deepEqual(planStage(meeting([person('a'), person('b')], { view: 'speaker' }), null).large, ['a/camera']);
});

test('Hiding the self view hides it everywhere', () => {
  const hidden = { preferences: { selfViewHidden: true } };
  assert.equal(planStage(meeting([person('a')], hidden), null).floating, null);
  assert.ok(!planStage(meeting([person('a'), person('b')], hidden), null).small.includes('me/camera'));
});

test('Every participant has a tile in every mode', () => {
  const others = ['a', 'b', 'c'].map((id) => person(id));
  for (const more of [{}, { view: 'speaker' }, { pinned: ['c/camera'] }, { local: { screen: { actual: 'on' } } }]) {
    const plan = planStage(meeting(others, more), 'b');
    const shown = [...plan.large, ...plan.small, plan.floating];
    for (const id of ['a', 'b', 'c', 'me']) assert.equal(shown.filter((tile) => tile === `${id}/camera`).length, 1);
  }
});

test('A pin names a track, or a participant and then the camera', () => {
  assert.ok(isPinned(['a'], 'a/camera') && isPinned(['a/screen'], 'a/screen'));
  assert.ok(!isPinned(['a'], 'a/screen') && !isPinned(['b'], 'a/camera'));
});

test('Who speaks is never left out of the strip', () => {
  assert.deepEqual(stripWindow(['a/camera', 'b/camera', 'c/camera'], 2, 'c'), ['a/camera', 'c/camera']);
  assert.deepEqual(stripWindow(['a/camera', 'b/camera', 'c/camera'], 2, 'a'), ['a/camera', 'b/camera']);
});

test('People: hands in the order they went up, then speakers, then by name', () => {
  const people = [person('Zoe', { hand: true, handAt: 1 }), person('bo'), person('Ana'), person('Cy', { hand: true, handAt: 2 }), person('Max')];
  const ordered = orderPeople(people, ['Max'], (left, right) => left.localeCompare(right, 'en', { sensitivity: 'base' }));
  assert.deepEqual(ordered.map(({ id }) => id), ['Zoe', 'Cy', 'Max', 'Ana', 'bo']);
});

/** @param {string} from @param {number} at @param {string=} to @returns {import('../types/state.js').ChatMessage} */
const message = (from, at, to) => ({ id: `${from}${at}`, clientId: `${from}${at}`, from, name: from, text: '', at, to, delivery: 'stored' });

test('Chat groups messages of one sender within a minute', () => {
  const groups = groupMessages([message('a', 0), message('a', 59_999), message('a', 61_000), message('b', 61_001), message('a', 61_002)]);
  assert.deepEqual(groups.map((group) => group.messages.length), [2, 1, 1, 1]);
});

test('A private message never joins a public group', () => {
  assert.equal(groupMessages([message('a', 0), message('a', 1, 'b'), message('a', 2, 'b'), message('a', 3)]).length, 3);
});

test('Links are found, and their punctuation is left to the sentence', () => {
  assert.deepEqual(splitLinks('See (https://a.example/x_(y)?q=1), now.'), [
    { text: 'See (' }, { text: 'https://a.example/x_(y)?q=1', href: 'https://a.example/x_(y)?q=1' }, { text: '), now.' },
  ]);
  assert.deepEqual(splitLinks('www.example.com!').map(({ href }) => href), ['https://www.example.com/', undefined]);
  assert.equal(splitLinks('mailto:a@b.example')[0]?.href, 'mailto:a@b.example');
});

test('Nothing but http, https and mailto becomes a link', () => {
  for (const text of ['javascript:alert(1)', 'data:text/html,hi', 'file:///etc/passwd', 'ftp://x.example/', 'vbscript:x', 'https://']) {
    assert.ok(splitLinks(text).every(({ href }) => href === undefined), text);
  }
});

test('Splitting loses nothing of the text', () => {
  for (const text of ['', 'plain', 'a https://b.example c www.d.example. e', '\u202ehttps://x.example/\u202c', 'https://[']) {
    assert.equal(splitLinks(text).map((piece) => piece.text).join(''), text);
  }
});

test('Initials are of the first and the last word, whole letters', () => {
  assert.equal(initials('Ana Maria Ferreira'), 'AF');
  assert.equal(initials('  ben '), 'B');
  assert.equal(initials('福田 健'), '福健');
  assert.equal(initials('👩‍👩‍👧 Family'), '👩‍👩‍👧F');
  assert.equal(initials(''), '');
  assert.equal(hue('Ana'), hue('Ana'));
});

test('The own picture goes to the nearest corner', () => {
  const room = { width: 1000, height: 600 };
  assert.equal(nearestCorner(room, { x: 10, y: 10 }), 'top-start');
  assert.equal(nearestCorner(room, { x: 900, y: 590 }), 'bottom-end');
});

test('Arrow keys move the own picture, mirrored where one reads from the right', () => {
  assert.equal(moveCorner('bottom-end', 'ArrowLeft', false), 'bottom-start');
  assert.equal(moveCorner('bottom-end', 'ArrowLeft', true), 'bottom-end');
  assert.equal(moveCorner('bottom-start', 'ArrowUp', false), 'top-start');
});

test('The own picture stays inside the stage in every corner, on every screen', () => {
  for (const room of [{ width: 304, height: 500 }, { width: 1400, height: 800 }, { width: 700, height: 360 }]) {
    for (const corner of /** @type {const} */ (['top-start', 'top-end', 'bottom-start', 'bottom-end'])) {
      const box = cornerBox(corner, room, floatingSize(room));
      assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= room.width && box.y + box.height <= room.height);
    }
  }
});

test('Every letter of the help sheet does something in a meeting', () => {
  const state = /** @type {State} */ (/** @type {unknown} */ ({ meetingState: 'joined', view: 'grid' }));
  for (const { key } of SHORTCUTS.filter((shortcut) => /^[A-Z?]$/.test(shortcut.key))) assert.ok(gestureOfKey(key.toLowerCase(), state), key);
});

test('Before the meeting only the own devices and help have keys, on other pages none', () => {
  const prejoin = /** @type {State} */ (/** @type {unknown} */ ({ meetingState: 'prejoin' }));
  assert.deepEqual(gestureOfKey('m', prejoin), { type: 'toggle-microphone' });
  assert.equal(gestureOfKey('c', prejoin), null);
  assert.equal(gestureOfKey('m', /** @type {State} */ (/** @type {unknown} */ ({ meetingState: 'left' }))), null);
});

test('Each browser gets its own way to allow the camera', () => {
  assert.equal(permissionHelpKey('Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'), 'permission.help.firefox');
  assert.equal(permissionHelpKey('Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19 Safari/605.1.15'), 'permission.help.safari');
  assert.equal(permissionHelpKey('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36'), 'permission.help.chrome');
  assert.equal(permissionHelpKey('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari'), 'permission.help.ios');
});
