// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { errorCorrection, multiply } from '../user-interface/qr-codewords.js';
import { encodeQR } from '../user-interface/qr-encoder.js';

test('Reed–Solomon gives the bytes of the standard’s example (annex I: 01234567, version 1-M)', () => {
  const data = [0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11];
  assert.deepEqual(errorCorrection(data, 10), [0xa5, 0x24, 0xd4, 0xc1, 0xed, 0x36, 0xc7, 0x87, 0x2c, 0x55]);
});

test('The field has the standard’s reduction: 2 to the 8th is 29', () => {
  assert.equal(multiply(128, 2), 29);
});

test('The version grows with the text, up to 213 bytes', () => {
  assert.equal(encodeQR('a'.repeat(14))?.length, 21);
  assert.equal(encodeQR('a'.repeat(15))?.length, 25);
  assert.equal(encodeQR('a'.repeat(213))?.length, 57);
  assert.equal(encodeQR('a'.repeat(214)), null);
});

test('The three finder patterns are in place', () => {
  const modules = encodeQR('https://meet.example/r/quiet-room') ?? [];
  const last = modules.length - 7;
  for (const [row, column] of [[0, 0], [0, last], [last, 0]]) {
    const ring = modules.slice(row, row + 7).map((line) => line.slice(column, column + 7).map(Number).join(''));
    assert.deepEqual(ring, ['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111']);
  }
});

test('Both copies of the format information agree and pass the BCH check', () => {
  const modules = encodeQR('parley') ?? [];
  const size = modules.length;
  const near = [[0, 8], [1, 8], [2, 8], [3, 8], [4, 8], [5, 8], [7, 8], [8, 8], [8, 7], [8, 5], [8, 4], [8, 3], [8, 2], [8, 1], [8, 0]];
  const far = [...Array.from({ length: 8 }, (_, index) => [8, size - 1 - index]), ...Array.from({ length: 7 }, (_, index) => [size - 7 + index, 8])];
  /** @param {number[][]} places */
  const read = (places) => places.reduce((bits, [row = 0, column = 0], index) => bits | (Number(modules[row]?.[column]) << index), 0) ^ 0x5412;
  assert.equal(read(near), read(far));
  let remainder = read(near);
  for (let bit = 14; bit >= 10; bit -= 1) if ((remainder >> bit) & 1) remainder ^= 0x537 << (bit - 10);
  assert.equal(remainder, 0);
  assert.equal(read(near) >> 13, 0, 'level M');
});
