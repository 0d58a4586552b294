// @ts-check
/** The page's language and its light. */
import { LANGUAGES } from '../locales/localize.js';
import { h } from './dom.js';
import { MeetingDialog } from './meeting-dialog.js';

const THEMES = /** @type {const} */ (['auto', 'light', 'dark']);

export class LanguageDialog extends MeetingDialog {
  titleKey = 'language.title';

  content() {
    const { preferences } = this.state;
    const languages = [['', this.text.say('language.browser')], ...Object.entries(LANGUAGES)].map(([value = '', label = '']) =>
      this.#choice('locale', value, label, preferences.locale === value));
    const themes = THEMES.map((theme) => this.#choice('theme', theme, this.text.say(`theme.${theme}`), preferences.theme === theme));
    return [
      h('fieldset', { class: 'choices' }, h('legend', {}, this.text.say('language.legend')), ...languages),
      h('fieldset', { class: 'choices' }, h('legend', {}, this.text.say('theme.legend')), ...themes),
    ];
  }

  /**
   * @param {'locale'|'theme'} name
   * @param {string} value
   * @param {string} label
   * @param {boolean} isChosen
   */
  #choice(name, value, label, isChosen) {
    const input = h('input', { type: 'radio', name, value, checked: isChosen, on: { change: () => this.send({ type: 'set-preference', name, value }) } });
    const lang = name === 'locale' && value ? value : null;
    return h('label', { class: 'choice', lang }, input, h('span', { dir: 'auto' }, label));
  }
}

customElements.define('language-dialog', LanguageDialog);
