// @ts-check
/** What is asked of the server: the tiles in sight, said when it has settled, and again when it has to be. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Wants } from '../effects/want.js';
import { PageOrder } from '../user-interface/stage-pages.js';
import { bestFit, MOST_TILES } from '../state/layout.js';
import { isClientMessage } from './support/client-shapes.js';
import { ManualClock } from './support/manual-clock.js';

function wanting() {
  const clock = new ManualClock();
  /** @type {string[][]} */
  const said = [];
  const refused = new Set();
  const wants = new Wants({
    clock,
    needs: (trackId) => !refused.has(trackId),
    say: (video) => {
      assert.ok(isClientMessage({ type: 'want', video }));
      said.push(video.map(({ track }) => track));
    },
  });
  const tile = (/** @type {string} */ track) => ({ track, width: 320.4, height: 180, priority: 2 });
  return { clock, wants, said, refused, tile };
}

test('What is in sight is said when it has been still for 150 ms', () => {
  const { clock, wants, said, tile } = wanting();
  wants.show([tile('ana/camera')]);
  clock.advance(100);
  wants.show([tile('ana/camera'), tile('ben/camera')]);
  clock.advance(149);
  assert.deepEqual(said, []);
  clock.advance(1);
  assert.deepEqual(said, [['ana/camera', 'ben/camera']]);
});

test('The same is not said twice, but after an answer it is', () => {
  const { clock, wants, said, tile } = wanting();
  wants.show([tile('ana/camera')]);
  clock.advance(200);
  wants.show([tile('ana/camera')]);
  clock.advance(200);
  assert.equal(said.length, 1);
  wants.repeat();
  assert.equal(said.length, 2);
});

test('A hidden page asks for nothing, and says so', () => {
  const { clock, wants, said, tile } = wanting();
  wants.show([tile('ana/camera')]);
  clock.advance(200);
  wants.show([]);
  clock.advance(200);
  assert.deepEqual(said.at(-1), []);
});

test('What comes another way again is asked for no longer', () => {
  const { clock, wants, said, refused, tile } = wanting();
  wants.show([tile('ana/camera'), tile('ben/camera')]);
  clock.advance(200);
  refused.add('ana/camera');
  wants.reconsider();
  clock.advance(200);
  assert.deepEqual(said.at(-1), ['ben/camera']);
});

test('Before the stage has spoken nothing is said: an empty list would turn everything off', () => {
  const { clock, wants, said } = wanting();
  wants.repeat();
  wants.reconsider();
  clock.advance(500);
  assert.deepEqual(said, []);
});

// Pages of tiles

const many = Array.from({ length: 30 }, (_, index) => `p${index}/camera`);
const quiet = { own: 'me/camera', speaking: [] };

test('Where all fit, the order is that of joining', () => {
  assert.deepEqual(new PageOrder().arrange(many, 30, { own: 'me/camera', speaking: ['p29'] }), many);
});

test('Oneself and shared screens are on the first page', () => {
  const order = new PageOrder().arrange([...many, 'p3/screen', 'me/camera'], 9, quiet);
  assert.ok(order.slice(0, 9).includes('me/camera') && order.slice(0, 9).includes('p3/screen'));
});

test('Who speaks on a later page comes to the first, and only one tile makes room', () => {
  const pages = new PageOrder();
  const before = pages.arrange(many, 9, quiet);
  const after = pages.arrange(many, 9, { own: 'me/camera', speaking: ['p20'] });
  assert.ok(after.slice(0, 9).includes('p20/camera'));
  assert.equal(after.filter((id, index) => id !== before[index]).length, 2);
  assert.deepEqual(after.toSorted(), before.toSorted());
});

test('Who spoke of late stays, who has been silent the longest goes', () => {
  const pages = new PageOrder();
  for (const id of ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7']) pages.arrange(many, 9, { own: 'me/camera', speaking: [id] });
  const order = pages.arrange(many, 9, { own: 'me/camera', speaking: ['p20'] });
  assert.equal(order.indexOf('p20/camera'), 8);
  assert.equal(pages.arrange(many, 9, { own: 'me/camera', speaking: ['p21'] }).indexOf('p21/camera'), 0);
});

test('Silence moves nobody, and neither does somebody new', () => {
  const pages = new PageOrder();
  const before = pages.arrange(many, 9, { own: 'me/camera', speaking: ['p20'] });
  assert.deepEqual(pages.arrange(many, 9, quiet), before);
  assert.deepEqual(pages.arrange([...many, 'new/camera'], 9, quiet), [...before, 'new/camera']);
  assert.deepEqual(pages.arrange(many.filter((id) => id !== 'p5/camera'), 9, quiet), before.filter((id) => id !== 'p5/camera'));
});

test('However large the screen, a page has 49 tiles; a phone has fewer', () => {
  assert.equal(bestFit(100, { width: 3800, height: 2000 }, { minimumWidth: 180 }).perPage, MOST_TILES);
  assert.equal(bestFit(49, { width: 1880, height: 940 }, { minimumWidth: 180 }).pages, 1);
  assert.ok(bestFit(49, { width: 390, height: 640 }, { gap: 8, minimumWidth: 132 }).perPage <= 14);
});
