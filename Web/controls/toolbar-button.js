// @ts-check
import { changeIcon, h, icon, setAttribute, setText } from '../user-interface/dom.js';

/**
 * A round button with an icon and a caption. The caption is short and may stay; the accessible name says what a click does.
 * @param {{icon: string, class?: string, click?: () => void}} options
 */
export function toolbarButton({ icon: name, class: more = '', click }) {
  const caption = h('span', { class: 'toolbar-caption', 'aria-hidden': 'true' });
  const button = h('button', { type: 'button', class: `toolbar-button ${more}`.trim() }, h('span', { class: 'toolbar-disc' }, icon(name)), caption);
  if (click) button.addEventListener('click', click);
  return button;
}

/**
 * @param {HTMLElement} button
 * @param {{name: string, caption: string, icon?: string, key?: string, isOff?: boolean, isOn?: boolean}} look
 */
export function updateToolbarButton(button, { name, caption, icon: iconName, key, isOff = false, isOn = false }) {
  setAttribute(button, 'aria-label', name);
  setAttribute(button, 'title', key ? `${name} (${key})` : name);
  setAttribute(button, 'data-off', isOff);
  setAttribute(button, 'data-on', isOn);
  const text = button.querySelector('.toolbar-caption');
  if (text) setText(text, caption);
  if (iconName) changeIcon(button.querySelector('.toolbar-disc > .icon'), iconName);
}
