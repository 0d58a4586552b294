// @ts-check
import { h, icon, setAttribute, setText, show } from './dom.js';

/** Turns the pages of a grid that does not fit. */
export class StagePager {
  element = h('nav', { class: 'stage-pages', hidden: true });
  #text = h('span', { class: 'stage-page-text' });
  #page = 0;
  #pages = 1;
  /** @type {import('../locales/localize.js').Localizer|null} */
  #words = null;

  /**
   * @param {import('../locales/localize.js').Localizer} words
   * @param {(page: number) => void} turn
   */
  build(words, turn) {
    this.#words = words;
    /** @param {string} key @param {string} kind @param {number} step */
    const button = (key, kind, step) => {
      const click = () => {
        const page = this.#page + step;
        if (page >= 0 && page < this.#pages) turn(page);
      };
      return h('button', { type: 'button', class: `tile-button ${kind}`, 'aria-label': words.say(key), on: { click } }, icon('chevron'));
    };
    setAttribute(this.element, 'aria-label', words.say('stage.pages'));
    this.element.append(button('stage.previous-page', 'is-back', -1), this.#text, button('stage.next-page', 'is-next', 1));
  }

  /**
   * @param {number} page
   * @param {number} pages
   */
  update(page, pages) {
    this.#page = page;
    this.#pages = pages;
    show(this.element, pages > 1);
    setText(this.#text, this.#words?.say('stage.page', { page: page + 1, pages }) ?? '');
    const [back, next] = this.element.querySelectorAll('button');
    if (back) setAttribute(back, 'aria-disabled', page === 0 ? 'true' : null);
    if (next) setAttribute(next, 'aria-disabled', page === pages - 1 ? 'true' : null);
  }
}
