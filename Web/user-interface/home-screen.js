// @ts-check
/** The way in: start a meeting, or enter one. */
import { Keyed, arrangeChildren, h, icon, setAttribute, setText, show } from './dom.js';
import { MeetingElement } from './element.js';

export class HomeScreen extends MeetingElement {
  #field = h('input', { id: 'home-room', type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', enterkeyhint: 'go' });
  #problem = h('p', { class: 'field-problem', role: 'alert', hidden: true });
  #recent = h('section', { class: 'recent', hidden: true });
  #rooms = h('ul', { class: 'recent-rooms' });
  /** @type {Keyed<string, HTMLElement>} */
  #links = new Keyed((room) => this.#link(room));

  build() {
    const { text } = this;
    setAttribute(this.#field, 'placeholder', text.say('home.placeholder'));
    setAttribute(this.#recent, 'aria-label', text.say('home.recent'));
    this.#recent.append(h('h2', { class: 'small-heading' }, text.say('home.recent')), this.#rooms);
    const start = h('button', { type: 'button', class: 'button is-primary is-large', on: { click: () => this.send({ type: 'start-meeting' }) } }, icon('camera'), text.say('home.start'));
    const form = h('form', { class: 'home-form', novalidate: true, on: { submit: this.#enter } },
      h('label', { for: this.#field.id, class: 'small-heading' }, text.say('home.enter-label')),
      h('div', { class: 'field-line' }, this.#field, h('button', { class: 'button' }, text.say('home.enter'))),
      this.#problem);
    const language = h('button', { type: 'button', class: 'button is-quiet', on: { click: () => this.send({ type: 'open-dialog', dialog: 'language' }) } }, icon('language'), text.say('more.language'));
    this.append(h('main', { class: 'home' },
      h('div', { class: 'home-hero' }, h('p', { class: 'brand' }, 'Parley'), h('h1', {}, text.say('home.title'))),
      start, form, this.#recent), h('footer', { class: 'home-footer' }, language));
  }

  /** @param {import('../types/state.js').State} state */
  render(state) {
    setText(this.#problem, state.joinError ? this.text.say(state.joinError) : '');
    show(this.#problem, state.joinError !== null);
    setAttribute(this.#field, 'aria-invalid', state.joinError ? 'true' : null);
    const rooms = state.preferences.recentRooms.slice(0, 8);
    show(this.#recent, rooms.length > 0);
    arrangeChildren(this.#rooms, this.#links.update(rooms, (room) => room, () => {}));
  }

  /** @param {string} room */
  #link(room) {
    /** @param {MouseEvent} event */
    const click = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.send({ type: 'enter-room', text: room });
    };
    return h('li', {}, h('a', { href: `/r/${encodeURIComponent(room)}`, class: 'recent-room', on: { click } }, h('span', { dir: 'auto' }, room), icon('chevron')));
  }

  /** @param {SubmitEvent} event */
  #enter = (event) => {
    event.preventDefault();
    const text = this.#field.value.trim();
    if (text) this.send({ type: 'enter-room', text });
    else this.#field.focus();
  };
}

customElements.define('home-screen', HomeScreen);
