// @ts-check
/**
 * One slim banner: the most severe trouble, one sentence, at most one button.
 *
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').Trouble} Trouble
 */
import { h, icon, setAttribute, setText, show } from './dom.js';
import { MeetingElement } from './element.js';

const SEVERITY = { info: 0, warning: 1, danger: 2 };

export class TroubleBanner extends MeetingElement {
  #sentence = h('span', { class: 'trouble-text' });
  #action = h('button', { type: 'button', class: 'button' });
  #dismiss = h('button', { type: 'button', class: 'icon-button' }, icon('close'));
  #bar = h('div', { class: 'trouble', hidden: true }, icon('warning'), this.#sentence, this.#action, this.#dismiss);
  /** @type {Trouble|undefined} */
  #shown;

  build() {
    this.setAttribute('role', 'status');
    setAttribute(this.#dismiss, 'aria-label', this.text.say('banner.dismiss'));
    this.#action.addEventListener('click', () => this.#shown?.action && this.send(this.#shown.action.gesture));
    this.#dismiss.addEventListener('click', () => this.#shown && this.send({ type: 'dismiss-trouble', key: this.#shown.key }));
    this.append(this.#bar);
  }

  /** @param {State} state */
  render(state) {
    const trouble = mostSevere(state);
    this.#shown = trouble;
    show(this.#bar, trouble !== undefined);
    if (!trouble) return setText(this.#sentence, '');
    setAttribute(this.#bar, 'data-severity', trouble.severity);
    setText(this.#sentence, this.text.say(trouble.key, trouble.values));
    show(this.#action, trouble.action !== undefined);
    setText(this.#action, trouble.action ? this.text.say(trouble.action.key) : '');
    show(this.#dismiss, trouble.severity !== 'danger' && trouble.key !== 'trouble.sound-blocked');
  }
}

/**
 * @param {Pick<State, 'troubles'|'soundBlocked'>} state
 * @returns {Trouble|undefined}
 */
export function mostSevere({ troubles, soundBlocked }) {
  /** @type {Trouble[]} */
  const all = [...troubles];
  if (soundBlocked) all.push({ key: 'trouble.sound-blocked', severity: 'warning', action: { key: 'action.allow-sound', gesture: { type: 'allow-sound' } } });
  return all.toSorted((left, right) => SEVERITY[right.severity] - SEVERITY[left.severity])[0];
}

customElements.define('trouble-banner', TroubleBanner);
