// @ts-check
/**
 * The own picture in a corner: dragged with a pointer, or moved with the arrow keys on its button. It always ends in one of the four corners.
 *
 * @typedef {import('../types/state.js').Preferences['selfViewCorner']} Corner
 * @typedef {import('../state/layout.js').Box} Box
 * @typedef {import('../state/layout.js').Size} Size
 */
import { gesture } from './dom.js';

const MARGIN = 12;
/** Less movement than this is a click, not a drag. */
const DRAG_THRESHOLD = 5;

/**
 * @param {Size} room
 * @returns {Size} of the floating tile
 */
export function floatingSize(room) {
  const isUpright = room.height > room.width;
  const width = isUpright ? Math.min(120, room.width * 0.3) : Math.min(240, Math.max(112, room.width * 0.19));
  return { width, height: isUpright ? width * (4 / 3) : width / (16 / 10) };
}

/**
 * @param {Corner} corner
 * @param {Size} room
 * @param {Size} tile
 * @returns {Box}
 */
export function cornerBox(corner, room, tile) {
  const [vertical, horizontal] = corner.split('-');
  return {
    x: horizontal === 'start' ? MARGIN : room.width - tile.width - MARGIN,
    y: vertical === 'top' ? MARGIN : room.height - tile.height - MARGIN,
    ...tile,
  };
}

/**
 * @param {Size} room
 * @param {{x: number, y: number}} centre from the start corner
 * @returns {Corner}
 */
export function nearestCorner(room, centre) {
  const vertical = centre.y < room.height / 2 ? 'top' : 'bottom';
  return `${vertical}-${centre.x < room.width / 2 ? 'start' : 'end'}`;
}

/**
 * @param {Corner} corner
 * @param {string} key an arrow key
 * @param {boolean} isRightToLeft
 * @returns {Corner}
 */
export function moveCorner(corner, key, isRightToLeft) {
  const [vertical, horizontal] = corner.split('-');
  const toStart = isRightToLeft ? 'ArrowRight' : 'ArrowLeft';
  const toEnd = isRightToLeft ? 'ArrowLeft' : 'ArrowRight';
  const nextVertical = key === 'ArrowUp' ? 'top' : key === 'ArrowDown' ? 'bottom' : vertical === 'top' ? 'top' : 'bottom';
  const nextHorizontal = key === toStart ? 'start' : key === toEnd ? 'end' : horizontal === 'start' ? 'start' : 'end';
  return `${nextVertical}-${nextHorizontal}`;
}

/**
 * Lets a tile be dragged inside the stage while `isFloating` says so.
 * @param {HTMLElement} tile
 * @param {HTMLElement} stage
 * @param {() => boolean} isFloating
 * @param {AbortSignal} signal
 */
export function makeDraggable(tile, stage, isFloating, signal) {
  /** @type {{x: number, y: number, moved: boolean}|null} */
  let start = null;
  tile.addEventListener('pointerdown', (event) => {
    const isButton = event.target instanceof Element && event.target.closest('button');
    if (!isFloating() || event.button !== 0 || isButton) return;
    start = { x: event.clientX, y: event.clientY, moved: false };
    tile.setPointerCapture(event.pointerId);
  }, { signal });
  tile.addEventListener('pointermove', (event) => {
    if (!start) return;
    const x = event.clientX - start.x;
    const y = event.clientY - start.y;
    start.moved ||= Math.hypot(x, y) > DRAG_THRESHOLD;
    if (start.moved) tile.style.setProperty('translate', `${x}px ${y}px`);
  }, { signal });
  const end = () => {
    if (start?.moved) gesture(tile, { type: 'set-preference', name: 'selfViewCorner', value: cornerUnder(tile, stage) });
    start = null;
    tile.style.removeProperty('translate');
  };
  tile.addEventListener('pointerup', end, { signal });
  tile.addEventListener('pointercancel', end, { signal });
}

/**
 * @param {HTMLElement} tile
 * @param {HTMLElement} stage
 */
function cornerUnder(tile, stage) {
  const room = stage.getBoundingClientRect();
  const box = tile.getBoundingClientRect();
  const fromLeft = box.left + box.width / 2 - room.left;
  const isRightToLeft = getComputedStyle(stage).direction === 'rtl';
  return nearestCorner(room, { x: isRightToLeft ? room.width - fromLeft : fromLeft, y: box.top + box.height / 2 - room.top });
}
