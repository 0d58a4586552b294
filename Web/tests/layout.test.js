// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { bestFit, fitRatio, MAXIMUM_RATIO, MINIMUM_RATIO, placeStrip, placeTiles, splitStage } from '../state/layout.js';

const seed = Number(process.env.SEED ?? 20261122);

/** A small seeded generator (mulberry32), so that a failure can be run again. @param {number} start */
function random(start) {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {(room: import('../state/layout.js').Size, count: number, gap: number, label: string) => void} claim */
function forManyStages(claim) {
  const next = random(seed);
  for (let run = 0; run < 2000; run += 1) {
    const room = { width: Math.round(200 + next() * 3600), height: Math.round(160 + next() * 2000) };
    const count = 1 + Math.floor(next() * 50);
    const gap = Math.round(next() * 16);
    claim(room, count, gap, `seed ${seed}, run ${run}: ${count} in ${room.width}×${room.height}, gap ${gap}`);
  }
}

test('Tiles keep a ratio between 4:3 and 17:9', () => {
  forManyStages((room, count, gap, label) => {
    const { tile } = bestFit(count, room, { gap });
    const ratio = tile.width / tile.height;
    assert.ok(ratio > MINIMUM_RATIO - 1e-6 && ratio < MAXIMUM_RATIO + 1e-6, `${label}: ${ratio}`);
  });
});

test('Tiles lie inside the stage and do not touch each other', () => {
  forManyStages((room, count, gap, label) => {
    const grid = bestFit(count, room, { gap });
    const boxes = placeTiles(grid, Math.min(count, grid.perPage), room, gap);
    for (const box of boxes) {
      assert.ok(box.x > -0.01 && box.y > -0.01, label);
      assert.ok(box.x + box.width < room.width + 0.01 && box.y + box.height < room.height + 0.01, label);
    }
    boxes.forEach((box, index) => boxes.slice(index + 1).forEach((other) => {
      const beside = box.x + box.width + gap < other.x + 0.01 || other.x + other.width + gap < box.x + 0.01;
      const below = box.y + box.height + gap < other.y + 0.01 || other.y + other.height + gap < box.y + 0.01;
      assert.ok(beside || below, label);
    }));
  });
});

test('No other number of columns gives larger tiles', () => {
  forManyStages((room, count, gap, label) => {
    const { tile } = bestFit(count, room, { gap, minimumWidth: 0 });
    for (let columns = 1; columns <= count; columns += 1) {
      const rows = Math.ceil(count / columns);
      const other = fitRatio((room.width - gap * (columns - 1)) / columns, (room.height - gap * (rows - 1)) / rows);
      assert.ok(other.width * other.height <= tile.width * tile.height + 1, `${label}: ${columns} columns`);
    }
  });
});

test('Every tile is on exactly one page', () => {
  forManyStages((room, count, gap, label) => {
    const { perPage, pages } = bestFit(count, room, { gap, minimumWidth: 200 });
    assert.ok(perPage * pages >= count && perPage * (pages - 1) < count, label);
  });
});

test('Tiles are turned into pages before they get too small', () => {
  const grid = bestFit(40, { width: 360, height: 500 }, { gap: 8, minimumWidth: 140 });
  assert.ok(grid.pages > 1);
  assert.ok(grid.tile.width >= 140);
});

test('One person has the whole width of an upright phone, in the middle', () => {
  const room = { width: 360, height: 600 };
  const grid = bestFit(1, room);
  const [box] = placeTiles(grid, 1, room);
  assert.deepEqual(box, { x: 0, y: 165, width: 360, height: 270 });
});

test('An empty room has no tiles', () => {
  assert.equal(bestFit(0, { width: 800, height: 600 }).pages, 0);
});

test('A wide stage has its strip at the side, an upright one at the bottom', () => {
  assert.equal(splitStage({ width: 1200, height: 700 }, 4).side, 'end');
  assert.equal(splitStage({ width: 390, height: 600 }, 4).side, 'bottom');
});

test('Strip tiles stay inside the stage and off the large picture', () => {
  forManyStages((room, count, gap, label) => {
    const split = splitStage(room, count, gap);
    for (const box of placeStrip(split, gap)) {
      assert.ok(box.x + box.width < room.width + 0.01 && box.y + box.height < room.height + 0.01, label);
      assert.ok(box.x > split.main.x + split.main.width - 0.01 || box.y > split.main.y + split.main.height - 0.01, label);
    }
  });
});

test('The strip below the stage of a phone shows three, whatever rounding does', () => {
  for (let width = 320; width <= 480; width += 1) assert.equal(splitStage({ width, height: 700 }, 5, 8).visible, 3, `${width} px`);
});
