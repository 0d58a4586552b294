// @ts-check
/**
 * Where tiles go: pure arithmetic, no DOM. Lengths in CSS pixels.
 *
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number, width: number, height: number}} Box from the start corner
 * @typedef {Object} Grid
 * @property {number} columns
 * @property {number} rows
 * @property {Size} tile
 * @property {number} perPage how many tiles one page shows
 * @property {number} pages
 */

export const MINIMUM_RATIO = 4 / 3;
export const MAXIMUM_RATIO = 17 / 9;
/** Faces that one can still tell apart on the largest screens; also as many pictures as the server sends to one page. */
export const MOST_TILES = 49;
const STRIP_RATIO = 16 / 9;
/** Pixels that rounding may take away where tiles fit exactly. */
const ROUNDING = 0.01;
/** A strip at the side gets narrower down to this before it leaves people out. */
const SMALLEST_STRIP = 132;

/**
 * The largest tile of an allowed ratio inside a cell.
 * @param {number} width
 * @param {number} height
 * @returns {Size}
 */
export function fitRatio(width, height) {
  if (width <= 0 || height <= 0) return { width: 0, height: 0 };
  const ratio = width / height;
  if (ratio > MAXIMUM_RATIO) return { width: height * MAXIMUM_RATIO, height };
  if (ratio < MINIMUM_RATIO) return { width, height: width / MINIMUM_RATIO };
  return { width, height };
}

/**
 * The column count that gives the largest tiles.
 * @param {number} count
 * @param {Size} room
 * @param {number} gap
 * @returns {{columns: number, rows: number, tile: Size}}
 */
function largestTiles(count, room, gap) {
  let best = { columns: 1, rows: Math.max(1, count), tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = fitRatio((room.width - gap * (columns - 1)) / columns, (room.height - gap * (rows - 1)) / rows);
    const area = tile.width * tile.height;
    const bestArea = best.tile.width * best.tile.height;
    const isLarger = area > bestArea + 0.5;
    const isFuller = area > bestArea - 0.5 && columns * rows < best.columns * best.rows;
    if (isLarger || isFuller) best = { columns, rows, tile };
  }
  return best;
}

/**
 * The best-fit grid. When tiles of all would be narrower than `minimumWidth` there are pages, each as full as it can be.
 * @param {number} count at least 0
 * @param {Size} room
 * @param {{gap?: number, minimumWidth?: number, most?: number}} options `most`: tiles on one page, however large the room is
 * @returns {Grid}
 */
export function bestFit(count, room, { gap = 12, minimumWidth = 140, most = MOST_TILES } = {}) {
  if (count < 1) return { columns: 0, rows: 0, tile: { width: 0, height: 0 }, perPage: 0, pages: 0 };
  let perPage = Math.min(count, most);
  let grid = largestTiles(perPage, room, gap);
  while (perPage > 1 && grid.tile.width < minimumWidth) {
    perPage -= 1;
    grid = largestTiles(perPage, room, gap);
  }
  const pages = Math.ceil(count / perPage);
  if (pages === 1) return { ...grid, perPage, pages };
  const full = Math.max(perPage, Math.min(count, most, grid.columns * grid.rows));
  return { ...grid, perPage: full, pages: Math.ceil(count / full) };
}

/**
 * The boxes of one page, the whole centred in the room, a last row that is not full centred too.
 * @param {Grid} grid
 * @param {number} count tiles on this page
 * @param {Size} room
 * @param {number} gap
 * @returns {Box[]}
 */
export function placeTiles(grid, count, room, gap = 12) {
  const { columns, tile } = grid;
  const rows = Math.ceil(count / Math.max(1, columns));
  const top = (room.height - rows * tile.height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const start = (room.width - inRow * tile.width - (inRow - 1) * gap) / 2;
    return {
      x: start + (index % columns) * (tile.width + gap),
      y: top + row * (tile.height + gap),
      width: tile.width,
      height: tile.height,
    };
  });
}

/**
 * Splits the stage for a large picture with people in a strip: beside it, or below it where the stage is upright.
 * @param {Size} room
 * @param {number} strip how many tiles the strip would like to show
 * @param {number} gap
 * @returns {{main: Box, strip: Box, side: 'end'|'bottom', visible: number, tile: Size}}
 */
export function splitStage(room, strip, gap = 12) {
  const whole = { x: 0, y: 0, width: room.width, height: room.height };
  const side = room.width >= room.height * 1.1 ? 'end' : 'bottom';
  if (strip < 1) return { main: whole, strip: { ...whole, width: 0 }, side, visible: 0, tile: { width: 0, height: 0 } };
  if (side === 'end') {
    const wanted = Math.min(240, Math.max(96, room.width * 0.18));
    const allFit = ((room.height - gap * (strip - 1)) / strip) * STRIP_RATIO;
    const width = allFit >= SMALLEST_STRIP ? Math.min(wanted, allFit) : wanted;
    const tile = { width, height: width / STRIP_RATIO };
    const visible = Math.min(strip, Math.max(1, Math.floor((room.height + gap + ROUNDING) / (tile.height + gap))));
    const main = { ...whole, width: room.width - width - gap };
    return { main, strip: { x: main.width + gap, y: 0, width, height: room.height }, side, visible, tile };
  }
  const threeFit = (room.width - 2 * gap) / 3 / MINIMUM_RATIO;
  const height = Math.min(140, Math.max(68, Math.min(room.height * 0.16, threeFit)));
  const tile = { width: height * MINIMUM_RATIO, height };
  const visible = Math.min(strip, Math.max(1, Math.floor((room.width + gap + ROUNDING) / (tile.width + gap))));
  const main = { ...whole, height: room.height - height - gap };
  return { main, strip: { x: 0, y: main.height + gap, width: room.width, height }, side, visible, tile };
}

/**
 * The strip's boxes, centred along it.
 * @param {ReturnType<typeof splitStage>} split
 * @param {number} gap
 * @returns {Box[]}
 */
export function placeStrip({ strip, side, visible, tile }, gap = 12) {
  const isSide = side === 'end';
  const step = (isSide ? tile.height : tile.width) + gap;
  const length = isSide ? strip.height : strip.width;
  const start = Math.max(0, (length - visible * step + gap) / 2);
  return Array.from({ length: visible }, (_, index) => ({
    x: isSide ? strip.x : strip.x + start + index * step,
    y: isSide ? strip.y + start + index * step : strip.y,
    ...tile,
  }));
}
