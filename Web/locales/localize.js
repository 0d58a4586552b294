// @ts-check
/**
 * Words in the reader's language: messages with plural forms, lists, times. One file of messages a language, loaded when chosen.
 *
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Message a plural form is chosen by the value `count`
 * @typedef {Record<string, Message>} Messages
 * @typedef {Record<string, string|number>} Values
 */

/** Languages in the order of the menu, named in themselves. */
export const LANGUAGES = Object.freeze({
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  zh: '中文',
  ar: 'العربية',
});

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

/**
 * The language to use: the chosen one, else the first of the browser's that we speak, else English.
 * @param {string} chosen '' = the browser's
 * @param {readonly string[]} wanted BCP 47 tags in order
 * @returns {string}
 */
export function chooseLanguage(chosen, wanted) {
  const spoken = Object.keys(LANGUAGES);
  const tags = chosen ? [chosen, ...wanted] : wanted;
  for (const tag of tags) {
    const language = tag.toLowerCase().split('-')[0] ?? '';
    if (spoken.includes(language)) return language;
  }
  return 'en';
}

/**
 * @param {string} language of LANGUAGES
 * @returns {Promise<Localizer>}
 */
export async function loadLanguage(language) {
  const { messages } = await import(`./${language}.js`);
  return new Localizer(language, messages);
}

export class Localizer {
  #messages;
  #plural;
  #numbers;
  #clock;
  #list;
  #collator;

  /**
   * @param {string} language
   * @param {Messages} messages
   */
  constructor(language, messages) {
    this.language = language;
    this.direction = language === 'ar' ? 'rtl' : 'ltr';
    this.#messages = messages;
    this.#plural = new Intl.PluralRules(language);
    this.#numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
    this.#clock = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' });
    this.#list = new Intl.ListFormat(language, { type: 'conjunction' });
    this.#collator = new Intl.Collator(language, { sensitivity: 'base', numeric: true });
  }

  /** @param {string} key */
  has(key) {
    return Object.hasOwn(this.#messages, key);
  }

  /**
   * The message of a key with its {values} put in; the key itself when there is none, which a test keeps from happening.
   * @param {string} key
   * @param {Values} values
   */
  say(key, values = {}) {
    const message = this.#messages[key];
    if (message === undefined) return key;
    const pattern = typeof message === 'string' ? message : this.#pluralForm(message, values);
    return pattern.replace(/\{(\w+)\}/g, (_, name) => this.#show(values[name] ?? ''));
  }

  /** @param {number} number */
  number(number) {
    return this.#numbers.format(number);
  }

  /** @param {number} at Unix ms */
  time(at) {
    return this.#clock.format(at);
  }

  /** @param {readonly string[]} items */
  list(items) {
    return this.#list.format(items.map((item) => this.#show(item)));
  }

  /**
   * @param {string} left
   * @param {string} right
   */
  compare(left, right) {
    return this.#collator.compare(left, right);
  }

  /**
   * A clock face: 0:07, 12:34, 1:02:03.
   * @param {number} milliseconds
   */
  timer(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const shown = parts[0] ? parts : parts.slice(1);
    const digits = new Intl.NumberFormat(this.language, { minimumIntegerDigits: 2 });
    return shown.map((part, index) => (index ? digits.format(part) : this.#numbers.format(part))).join(':');
  }

  /**
   * A length of time in words: "12 minutes".
   * @param {number} milliseconds
   */
  duration(milliseconds) {
    const minutes = Math.round(milliseconds / 60_000);
    if (minutes < 1) return this.say('duration.less-than-minute');
    const hours = Math.floor(minutes / 60);
    const rest = this.say('duration.minutes', { count: minutes % 60 });
    if (!hours) return rest;
    const whole = this.say('duration.hours', { count: hours });
    return minutes % 60 ? this.#list.format([whole, rest]) : whole;
  }

  /**
   * @param {Partial<Record<Intl.LDMLPluralRule, string>>} forms
   * @param {Values} values
   */
  #pluralForm(forms, values) {
    return forms[this.#plural.select(Number(values.count ?? 0))] ?? forms.other ?? '';
  }

  /** @param {string|number} value */
  #show(value) {
    if (typeof value === 'number') return this.number(value);
    const mixed = (this.direction === 'rtl') !== RIGHT_TO_LEFT.test(value);
    return mixed ? FIRST_STRONG_ISOLATE + value + POP_ISOLATE : value;
  }
}
