// @ts-check
/**
 * QR codes (ISO/IEC 18004) of short texts, to hand a meeting's link to a phone: byte mode, level M, versions 1 to 10 (up to 213 bytes).
 */

import { codewordsOf } from './qr-codewords.js';

/** Centres of the alignment patterns by version (annex E). */
const ALIGNMENT = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];

/** The eight masks (table 10); i is the row, j the column. */
const MASKS = /** @type {((i: number, j: number) => boolean)[]} */ ([
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
]);

/**
 * @param {string} text at most 213 bytes of UTF-8
 * @returns {boolean[][]|null} dark modules by row, without the quiet zone; null when the text is too long
 */
export function encodeQR(text) {
  const bytes = new TextEncoder().encode(text);
  const found = codewordsOf(bytes);
  if (!found) return null;
  const { version, codewords } = found;
  const { modules, reserved } = functionPatterns(version);
  placeData(modules, reserved, codewords);
  return bestMasked(modules, reserved);
}

/**
 * Finder, timing, alignment, version and the place of the format information.
 * @param {number} version
 */
function functionPatterns(version) {
  const size = 17 + 4 * version;
  const grid = () => Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  const modules = grid();
  const reserved = grid();
  /** @param {number} row @param {number} column @param {boolean} isDark */
  const set = (row, column, isDark) => {
    if (row < 0 || column < 0 || row >= size || column >= size) return;
    /** @type {boolean[]} */ (modules[row])[column] = isDark;
    /** @type {boolean[]} */ (reserved[row])[column] = true;
  };
  for (let at = 0; at < size; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [row, column] of /** @type {[number, number][]} */ ([[3, 3], [3, size - 4], [size - 4, 3]])) {
    square(row, column, 4, (ring) => ring !== 2 && ring !== 4, set);
  }
  const centres = ALIGNMENT[version - 1] ?? [];
  const last = centres.length - 1;
  centres.forEach((row, i) => centres.forEach((column, j) => {
    const isFinder = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
    if (!isFinder) square(row, column, 2, (ring) => ring !== 1, set);
  }));
  drawFormat(0, size, set);
  if (version >= 7) drawVersion(version, size, set);
  return { modules, reserved };
}

/**
 * @param {number} row
 * @param {number} column
 * @param {number} radius
 * @param {(ring: number) => boolean} isDark
 * @param {(row: number, column: number, isDark: boolean) => void} set
 */
function square(row, column, radius, isDark, set) {
  for (let down = -radius; down <= radius; down += 1) {
    for (let right = -radius; right <= radius; right += 1) {
      set(row + down, column + right, isDark(Math.max(Math.abs(down), Math.abs(right))));
    }
  }
}

/**
 * A BCH code: the value followed by its remainder.
 * @param {number} value
 * @param {number} generator
 * @param {number} length of the remainder in bits
 */
function withRemainder(value, generator, length) {
  let remainder = value;
  for (let step = 0; step < length; step += 1) remainder = (remainder << 1) ^ ((remainder >> (length - 1)) * generator);
  return (value << length) | remainder;
}

/**
 * Format information (7.9): level M is 00.
 * @param {number} mask
 * @param {number} size
 * @param {(row: number, column: number, isDark: boolean) => void} set
 */
function drawFormat(mask, size, set) {
  const bits = withRemainder(mask, 0x537, 10) ^ 0x5412;
  /** @param {number} index */
  const bit = (index) => ((bits >> index) & 1) === 1;
  for (let index = 0; index <= 5; index += 1) set(index, 8, bit(index));
  set(7, 8, bit(6));
  set(8, 8, bit(7));
  set(8, 7, bit(8));
  for (let index = 9; index < 15; index += 1) set(8, 14 - index, bit(index));
  for (let index = 0; index < 8; index += 1) set(8, size - 1 - index, bit(index));
  for (let index = 8; index < 15; index += 1) set(size - 15 + index, 8, bit(index));
  set(size - 8, 8, true);
}

/**
 * Version information (7.10).
 * @param {number} version
 * @param {number} size
 * @param {(row: number, column: number, isDark: boolean) => void} set
 */
function drawVersion(version, size, set) {
  const bits = withRemainder(version, 0x1f25, 12);
  for (let index = 0; index < 18; index += 1) {
    const isDark = ((bits >> index) & 1) === 1;
    const far = size - 11 + (index % 3);
    const near = Math.floor(index / 3);
    set(near, far, isDark);
    set(far, near, isDark);
  }
}

/**
 * Two columns at a time, up and down from the right (7.7.3).
 * @param {boolean[][]} modules
 * @param {boolean[][]} reserved
 * @param {number[]} codewords
 */
function placeData(modules, reserved, codewords) {
  const size = modules.length;
  let index = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const isUpward = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step += 1) {
      const row = isUpward ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (reserved[row]?.[column] || index >= codewords.length * 8) continue;
        /** @type {boolean[]} */ (modules[row])[column] = (((codewords[index >> 3] ?? 0) >> (7 - (index & 7))) & 1) === 1;
        index += 1;
      }
    }
  }
}

/**
 * @param {boolean[][]} modules
 * @param {boolean[][]} reserved
 */
function bestMasked(modules, reserved) {
  const candidates = MASKS.map((mask, number) => {
    const masked = modules.map((row, i) => row.map((isDark, j) => (reserved[i]?.[j] ? isDark : isDark !== mask(i, j))));
    drawFormat(number, masked.length, (row, column, isDark) => (/** @type {boolean[]} */ (masked[row])[column] = isDark));
    return { masked, penalty: penalty(masked) };
  });
  return candidates.reduce((best, candidate) => (candidate.penalty < best.penalty ? candidate : best)).masked;
}

/**
 * How hard a symbol is to read (7.8.3).
 * @param {boolean[][]} modules
 */
function penalty(modules) {
  const size = modules.length;
  const turned = modules.map((_, column) => modules.map((row) => row[column] ?? false));
  const lines = [...modules, ...turned];
  const dark = modules.flat().filter(Boolean).length;
  const share = Math.floor(Math.abs((dark * 20) / (size * size) - 10)) * 10;
  return share + lines.reduce((sum, line) => sum + linePenalty(line), 0) + blockPenalty(modules);
}

/** @param {boolean[]} line */
function linePenalty(line) {
  const text = line.map((isDark) => (isDark ? '1' : '0')).join('');
  const runs = text.match(/0{5,}|1{5,}/g) ?? [];
  const finders = [...text.matchAll(/(?=00001011101|10111010000)/g)].length;
  return runs.reduce((sum, run) => sum + run.length - 2, 0) + finders * 40;
}

/** @param {boolean[][]} modules */
function blockPenalty(modules) {
  let points = 0;
  for (let row = 1; row < modules.length; row += 1) {
    for (let column = 1; column < modules.length; column += 1) {
      const corner = modules[row]?.[column];
      const isBlock = corner === modules[row]?.[column - 1] && corner === modules[row - 1]?.[column] && corner === modules[row - 1]?.[column - 1];
      if (isBlock) points += 3;
    }
  }
  return points;
}
