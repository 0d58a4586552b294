// @ts-check
import { h, icon } from './dom.js';

/**
 * @param {import('../locales/localize.js').Localizer} text
 * @param {string} title key
 * @param {() => void} close
 * @param {...import('./dom.js').Child} more
 */
export function panelHeader(text, title, close, ...more) {
  const label = text.say('close');
  return h('header', { class: 'panel-header' },
    h('h2', {}, text.say(title)), ...more,
    h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, on: { click: close } }, icon('close')));
}
