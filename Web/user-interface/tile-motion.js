// @ts-check
/** How tiles move: soft and short, by transform and opacity only, not at all where motion is unwelcome. */

const MOVE_MS = 180;

/**
 * @param {HTMLElement} parent
 * @param {HTMLElement} child
 * @param {Element|null} before
 */
export function moveBefore(parent, child, before) {
  // `moveBefore` keeps a video playing while it changes its place; not all browsers have it yet.
  const move = /** @type {{moveBefore?: (child: Node, before: Node|null) => void}} */ (/** @type {unknown} */ (parent)).moveBefore;
  if (move && child.isConnected) move.call(parent, child, before);
  else parent.insertBefore(child, before);
}

const isCalm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/**
 * From where it was to where it is.
 * @param {HTMLElement} tile
 * @param {DOMRect} before
 */
export function slide(tile, before) {
  const after = tile.getBoundingClientRect();
  const x = before.left - after.left;
  const y = before.top - after.top;
  const scale = after.width ? before.width / after.width : 1;
  if (isCalm() || (Math.abs(x) < 1 && Math.abs(y) < 1 && Math.abs(scale - 1) < 0.01)) return;
  const end = tile.style.transform;
  tile.animate([{ transform: `translate(${x}px, ${y}px) ${end} scale(${scale})` }, { transform: `${end} scale(1)` }], { duration: MOVE_MS, easing: 'ease-out' });
}

/** @param {HTMLElement} tile */
export function fadeIn(tile) {
  if (!isCalm()) tile.animate([{ opacity: 0 }, { opacity: 1 }], { duration: MOVE_MS, easing: 'ease-out' });
}
