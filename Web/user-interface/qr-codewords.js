// @ts-check
/** The first half of a QR code (ISO/IEC 18004, 7.4 to 7.6): bytes become codewords with error correction, interleaved. */

/** Level M by version: [error-correction bytes a block, [blocks, data bytes each], [blocks, data bytes each]?] (table 9). */
const BLOCKS = /** @type {const} */ ([
  [10, [1, 16]],
  [16, [1, 28]],
  [26, [1, 44]],
  [18, [2, 32]],
  [24, [2, 43]],
  [16, [4, 27]],
  [18, [4, 31]],
  [22, [2, 38], [2, 39]],
  [22, [3, 36], [2, 37]],
  [26, [4, 43], [1, 44]],
]);

/**
 * The smallest version that holds the bytes, and its codewords; null when they are too many.
 * @param {Uint8Array} bytes
 */
export function codewordsOf(bytes) {
  const version = BLOCKS.findIndex((_, index) => bytes.length <= capacity(index + 1)) + 1;
  return version === 0 ? null : { version, codewords: interleave(version, dataCodewords(version, bytes)) };
}

/** @param {number} version */
function dataLength(version) {
  const [, first, second] = BLOCKS[version - 1] ?? BLOCKS[0];
  return first[0] * first[1] + (second ? second[0] * second[1] : 0);
}

/** @param {number} version */
function capacity(version) {
  return dataLength(version) - (version < 10 ? 2 : 3);
}

/**
 * Mode, length, bytes, terminator, padding (7.4).
 * @param {number} version
 * @param {Uint8Array} bytes
 * @returns {number[]}
 */
function dataCodewords(version, bytes) {
  /** @type {number[]} */
  const bits = [];
  /** @param {number} value @param {number} length */
  const put = (value, length) => {
    for (let bit = length - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
  };
  put(0b0100, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  const total = dataLength(version) * 8;
  put(0, Math.min(4, total - bits.length));
  while (bits.length % 8) bits.push(0);
  const words = [];
  for (let at = 0; at < bits.length; at += 8) words.push(bits.slice(at, at + 8).reduce((word, bit) => word * 2 + bit, 0));
  for (let pad = 0xec; words.length < total / 8; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

/**
 * Product in GF(256) with the polynomial x⁸+x⁴+x³+x²+1.
 * @param {number} left
 * @param {number} right
 */
export function multiply(left, right) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((right >> bit) & 1) * left;
  }
  return product;
}

/**
 * Reed–Solomon remainder (7.5.2).
 * @param {readonly number[]} data
 * @param {number} length
 * @returns {number[]}
 */
export function errorCorrection(data, length) {
  /** @type {number[]} */
  const generator = Array.from({ length }, (_, index) => (index === length - 1 ? 1 : 0));
  for (let root = 1, step = 0; step < length; step += 1, root = multiply(root, 2)) {
    for (let index = 0; index < length; index += 1) {
      generator[index] = multiply(generator[index] ?? 0, root) ^ (generator[index + 1] ?? 0);
    }
  }
  const remainder = Array.from({ length }, () => 0);
  for (const byte of data) {
    const factor = byte ^ (remainder.shift() ?? 0);
    remainder.push(0);
    generator.forEach((coefficient, index) => (remainder[index] = (remainder[index] ?? 0) ^ multiply(coefficient, factor)));
  }
  return remainder;
}

/**
 * Splits into blocks, adds error correction, interleaves (7.6).
 * @param {number} version
 * @param {number[]} data
 */
function interleave(version, data) {
  const [correctionLength, ...groups] = BLOCKS[version - 1] ?? BLOCKS[0];
  /** @type {number[][]} */
  const blocks = [];
  let start = 0;
  for (const [count, length] of groups) {
    for (let block = 0; block < count; block += 1, start += length) blocks.push(data.slice(start, start + length));
  }
  const corrections = blocks.map((block) => errorCorrection(block, correctionLength));
  return [...columns(blocks), ...columns(corrections)];
}

/** @param {number[][]} rows */
function columns(rows) {
  const longest = Math.max(...rows.map((row) => row.length));
  return Array.from({ length: longest }, (_, index) => rows.flatMap((row) => (index < row.length ? [row[index] ?? 0] : []))).flat();
}
