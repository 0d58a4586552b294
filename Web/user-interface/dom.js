// @ts-check
/**
 * The few helpers all elements build their DOM with. No markup strings anywhere: text is `textContent`.
 *
 * @typedef {Node|string|null|undefined|false} Child
 * @typedef {Object} Special
 * @property {Record<string, (event: any) => void>=} on listeners by event name
 * @property {Record<string, string>=} data data-* attributes
 * @property {Record<string, unknown>=} set properties, for custom elements and form fields
 * @property {AbortSignal=} signal removes the listeners
 * @typedef {Special & Record<string, unknown>} Props
 *
 * @typedef {{
 *   <Tag extends keyof HTMLElementTagNameMap>(tag: Tag, props?: Props, ...children: Child[]): HTMLElementTagNameMap[Tag],
 *   (tag: string, props?: Props, ...children: Child[]): HTMLElement,
 * }} Build
 */

const SPRITE = new URL('../styles/icons.svg', import.meta.url).pathname;
const SVG = 'http://www.w3.org/2000/svg';

/**
 * Builds an element: `h('button', {class: 'button', on: {click}}, 'Send')`.
 * `true` sets an empty attribute; `false`, null and undefined leave it out.
 * @type {Build}
 */
export const h = (/** @type {string} */ tag, /** @type {Props} */ props = {}, /** @type {Child[]} */ ...children) => {
  const element = document.createElement(tag);
  const { on = {}, data = {}, set = {}, signal, ...attributes } = props;
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  for (const [name, value] of Object.entries(data)) element.dataset[name] = value;
  Object.assign(element, set);
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener, { signal });
  append(element, children);
  return /** @type {any} */ (element);
};

/**
 * @param {Element} parent
 * @param {Child[]} children
 */
export function append(parent, children) {
  for (const child of children) if (child) parent.append(child);
}

/**
 * Sets or removes an attribute, touching the DOM only when something changes.
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value
 */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const text = value === true ? '' : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/**
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {HTMLElement} element
 * @param {boolean} shown
 */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/**
 * An icon of the sprite. Decoration: the name is on the control around it.
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * @param {Element|null} svg made by `icon`
 * @param {string} name
 */
export function changeIcon(svg, name) {
  const use = svg?.firstElementChild;
  if (use) setAttribute(use, 'href', `${SPRITE}#${name}`);
}

/**
 * @template {Element} T
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(parent, selector, type) {
  const found = parent.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`No ${type.name} at ${selector}`);
  return found;
}

/**
 * Makes `parent`'s children those of `wanted` in order; elements that stay are moved at most, never rebuilt.
 * @param {Element} parent
 * @param {readonly Element[]} wanted
 */
export function arrangeChildren(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of Array.from(parent.children)) if (!keep.has(child)) child.remove();
  wanted.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
}

/**
 * Elements by key, kept as long as the key is listed: lists that are never rebuilt.
 * @template T
 * @template {Element} E
 */
export class Keyed {
  /** @type {Map<string, E>} */
  #elements = new Map();
  #make;

  /** @param {(key: string) => E} make */
  constructor(make) {
    this.#make = make;
  }

  /**
   * @param {readonly T[]} items
   * @param {(item: T) => string} key
   * @param {(element: E, item: T, index: number) => void} update
   * @returns {E[]}
   */
  update(items, key, update) {
    const keys = new Set(items.map(key));
    for (const known of Array.from(this.#elements.keys())) if (!keys.has(known)) this.#elements.delete(known);
    return items.map((item, index) => {
      const id = key(item);
      const element = this.#elements.get(id) ?? this.#make(id);
      this.#elements.set(id, element);
      update(element, item, index);
      return element;
    });
  }
}

/**
 * @param {EventTarget} from
 * @param {import('../types/gestures.js').Gesture} detail
 */
export function gesture(from, detail) {
  from.dispatchEvent(new CustomEvent('gesture', { bubbles: true, composed: true, detail }));
}
