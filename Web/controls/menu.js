// @ts-check
/**
 * A menu that opens from a button: a popover beside it, a sheet at the bottom of a phone. One at a time; it closes by choosing, Escape, or a click elsewhere.
 *
 * @typedef {Object} Item
 * @property {string} label
 * @property {string=} icon
 * @property {boolean=} checked makes it a checkbox, or a radio button with `radio`
 * @property {boolean=} radio
 * @property {boolean=} danger
 * @property {string=} note a second, quieter line
 * @property {string=} key its shortcut
 * @property {() => void} act
 *
 * @typedef {{heading: string}} Heading
 * @typedef {'line'} Line
 * @typedef {Item|Heading|Line|false} Entry
 *
 * @typedef {Object} MenuOptions
 * @property {string} label what the menu is called
 * @property {Entry[]} entries
 * @property {HTMLElement=} before anything else on top, such as a slider
 */
import { h, icon, append } from '../user-interface/dom.js';

const MARGIN = 8;

/**
 * @param {HTMLElement} anchor the button
 * @param {MenuOptions} options
 */
export function openMenu(anchor, { label, entries, before }) {
  const list = h('div', { role: 'menu', 'aria-label': label, class: 'menu-list' });
  const sheet = h('div', { popover: 'auto', class: 'menu' }, before, entries.length > 0 && list);
  append(list, entries.map((entry) => makeEntry(entry, sheet)));
  sheet.addEventListener('keydown', moveFocus);
  sheet.addEventListener('toggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== 'closed') return;
    anchor.setAttribute('aria-expanded', 'false');
    sheet.remove();
  });
  // Inside the app, so that gestures bubble and the theme and the direction are the page's.
  (anchor.closest('parley-app') ?? document.body).append(sheet);
  sheet.style.setProperty('color-scheme', getComputedStyle(anchor).colorScheme);
  sheet.showPopover();
  anchor.setAttribute('aria-expanded', 'true');
  place(sheet, anchor);
  const [first] = itemsOf(sheet);
  if (first) focusItem(sheet, first);
  else sheet.querySelector('button')?.focus({ preventScroll: true });
  return sheet;
}

/**
 * A button that opens a menu, and closes it when it is open.
 * @param {HTMLElement} button
 * @param {() => MenuOptions} options asked each time
 */
export function menuButton(button, options) {
  button.setAttribute('aria-haspopup', 'true');
  button.setAttribute('aria-expanded', 'false');
  // The press closes an open popover by itself; the click that follows must not open it again.
  let wasOpen = false;
  button.addEventListener('pointerdown', () => (wasOpen = button.getAttribute('aria-expanded') === 'true'));
  button.addEventListener('click', () => {
    if (!wasOpen) openMenu(button, options());
    wasOpen = false;
  });
}

/**
 * @param {Entry} entry
 * @param {HTMLElement} sheet
 */
function makeEntry(entry, sheet) {
  if (entry === false) return null;
  if (entry === 'line') return h('div', { role: 'separator', class: 'menu-line' });
  if ('heading' in entry) return h('div', { class: 'menu-heading', role: 'presentation' }, entry.heading);
  const isChoice = entry.checked !== undefined;
  const role = !isChoice ? 'menuitem' : entry.radio ? 'menuitemradio' : 'menuitemcheckbox';
  const act = () => {
    sheet.hidePopover();
    entry.act();
  };
  return h(
    'button',
    { type: 'button', role, class: `menu-item${entry.danger ? ' is-danger' : ''}`, 'aria-checked': isChoice ? String(entry.checked) : null, tabindex: '-1', on: { click: act } },
    entry.icon ? icon(entry.icon) : isChoice && entry.radio ? h('span', { class: 'menu-dot', 'aria-hidden': 'true' }) : null,
    h('span', { class: 'menu-label', dir: 'auto' }, entry.label, entry.note ? h('span', { class: 'menu-note' }, entry.note) : null),
    entry.key ? h('kbd', { 'aria-hidden': 'true' }, entry.key) : null,
    isChoice && !entry.radio ? h('span', { class: 'menu-switch', 'aria-hidden': 'true' }) : null,
  );
}

/** @param {HTMLElement} sheet @returns {HTMLElement[]} */
const itemsOf = (sheet) => [...sheet.querySelectorAll('[role^="menuitem"]')].filter((item) => item instanceof HTMLElement);

/**
 * The arrow keys move among the items; Tab finds the one that had the focus last, so that a long menu is no trap and no desert.
 * @param {HTMLElement} sheet
 * @param {HTMLElement} chosen
 */
function focusItem(sheet, chosen) {
  for (const item of itemsOf(sheet)) item.tabIndex = item === chosen ? 0 : -1;
  chosen.focus();
}

/** @param {KeyboardEvent} event */
function moveFocus(event) {
  const sheet = event.currentTarget;
  if (!(sheet instanceof HTMLElement)) return;
  if (event.key === 'Tab') leaveAtTheEnd(sheet, event.shiftKey);
  if (event.target instanceof HTMLInputElement) return;
  const items = itemsOf(sheet);
  const at = items.findIndex((item) => item === document.activeElement);
  const steps = /** @type {Record<string, number>} */ ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 });
  const next = steps[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const item = items[(next + items.length) % items.length];
  if (item) focusItem(sheet, item);
}

/**
 * Tab past the last or before the first thing in a menu closes it; the focus goes on from the button that opened it.
 * @param {HTMLElement} sheet
 * @param {boolean} isBack
 */
function leaveAtTheEnd(sheet, isBack) {
  const stops = [...sheet.querySelectorAll('button, input')].filter((one) => one instanceof HTMLElement && one.tabIndex >= 0);
  if (document.activeElement === (isBack ? stops[0] : stops.at(-1))) sheet.hidePopover();
}

/**
 * Above the button when there is room, else below, always inside the window. On a phone the style sheet makes it a sheet instead.
 * @param {HTMLElement} sheet
 * @param {HTMLElement} anchor
 */
function place(sheet, anchor) {
  const box = anchor.getBoundingClientRect();
  const { width, height } = sheet.getBoundingClientRect();
  const left = Math.min(Math.max(MARGIN, box.left + box.width / 2 - width / 2), innerWidth - width - MARGIN);
  const above = box.top - height - MARGIN;
  const top = above >= MARGIN ? above : Math.min(box.bottom + MARGIN, Math.max(MARGIN, innerHeight - height - MARGIN));
  sheet.style.setProperty('--menu-left', `${Math.round(left)}px`);
  sheet.style.setProperty('--menu-top', `${Math.round(top)}px`);
}
