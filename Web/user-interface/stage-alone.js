// @ts-check
import { h, icon } from './dom.js';

/**
 * What stands on the stage while nobody else is there: the way to get somebody.
 * @param {import('../locales/localize.js').Localizer} text
 * @param {(gesture: import('../types/gestures.js').Gesture) => void} send
 */
export function aloneCard(text, send) {
  const copy = h('button', { type: 'button', class: 'button is-primary', on: { click: () => send({ type: 'copy-link' }) } }, icon('link'), text.say('invite.copy'));
  const invite = h('button', { type: 'button', class: 'button', on: { click: () => send({ type: 'open-dialog', dialog: 'invite' }) } }, text.say('invite.more'));
  return h('div', { class: 'stage-alone', hidden: true },
    h('h2', { class: 'stage-alone-title' }, text.say('alone.title')),
    h('p', {}, text.say('alone.text')),
    h('div', { class: 'row' }, copy, invite));
}
