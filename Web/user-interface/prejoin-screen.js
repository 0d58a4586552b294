// @ts-check
/**
 * One screen to join: the preview, the name, the devices, one button.
 *
 * @typedef {import('../types/state.js').State} State
 */
import { DevicePicker } from '../controls/device-menus.js';
import { h, icon, setAttribute, setText, show } from './dom.js';
import { MeetingElement } from './element.js';
import { face } from './face.js';
import { SelfPreview } from './self-preview.js';

const SHOWN_FACES = 5;

export class PrejoinScreen extends MeetingElement {
  #room = h('h1', { class: 'room-name', dir: 'auto' });
  #inside = h('div', { class: 'inside' });
  #insideKey = '';
  #name = h('input', { id: 'your-name', type: 'text', name: 'name', autocomplete: 'name', maxlength: '64', enterkeyhint: 'go', required: true });
  #problem = h('p', { id: 'name-problem', class: 'field-problem', role: 'alert', hidden: true });
  #join = h('button', { class: 'button is-primary is-large' });

  build() {
    const { text } = this;
    const preview = new SelfPreview();
    const devices = new DevicePicker();
    preview.context = this.context;
    devices.context = this.context;
    this.#name.addEventListener('input', () => this.send({ type: 'set-name', name: this.#name.value }));
    setText(this.#join, text.say('prejoin.join'));
    const form = h('form', { class: 'prejoin-form', novalidate: true, on: { submit: this.#submit } },
      h('div', { class: 'field' }, h('label', { for: this.#name.id }, text.say('prejoin.name')), this.#name, this.#problem),
      devices, this.#join);
    const home = h('button', { type: 'button', class: 'button is-quiet', on: { click: () => this.send({ type: 'go-home' }) } }, text.say('left.home'));
    this.append(h('main', { class: 'prejoin' }, preview,
      h('div', { class: 'prejoin-side' }, h('div', {}, h('p', { class: 'brand' }, 'Parley'), this.#room), this.#inside, form, home)));
  }

  connected() {
    this.#name.value = this.state.preferences.name;
  }

  /** @param {State} state */
  render(state) {
    setText(this.#room, state.room);
    if (document.activeElement !== this.#name && this.#name.value !== state.preferences.name) this.#name.value = state.preferences.name;
    setText(this.#problem, state.joinError ? this.text.say(state.joinError) : '');
    show(this.#problem, state.joinError !== null);
    setAttribute(this.#name, 'aria-invalid', state.joinError === 'error.bad-name' ? 'true' : null);
    setAttribute(this.#name, 'aria-describedby', state.joinError ? this.#problem.id : null);
    this.#renderInside(state.inside);
  }

  /** @param {State['inside']} inside */
  #renderInside(inside) {
    const key = JSON.stringify(inside);
    if (key === this.#insideKey) return;
    this.#insideKey = key;
    const faces = (inside?.names ?? []).slice(0, SHOWN_FACES).map((name) => face(name));
    const sentence = h('p', {}, this.#insideSentence(inside));
    const lock = inside?.locked ? 'prejoin.locked' : inside?.lobby ? 'prejoin.lobby' : '';
    const note = lock ? h('p', { class: 'inside-note' }, icon(inside?.locked ? 'lock' : 'door'), this.text.say(lock)) : '';
    this.#inside.replaceChildren(...(faces.length ? [h('span', { class: 'faces' }, ...faces)] : []), sentence, ...(note ? [note] : []));
  }

  /** @param {State['inside']} inside */
  #insideSentence(inside) {
    if (!inside) return '';
    if (inside.count === 0) return this.text.say('prejoin.nobody');
    if (!inside.names.length) return this.text.say('prejoin.count', { count: inside.count });
    const shown = inside.names.slice(0, 3);
    const rest = inside.count - shown.length;
    const names = rest > 0 ? [...shown, this.text.say('prejoin.others', { count: rest })] : shown;
    return this.text.say('prejoin.inside', { names: this.text.list(names), count: inside.count });
  }

  /** @param {SubmitEvent} event */
  #submit = (event) => {
    event.preventDefault();
    const name = this.#name.value.trim();
    this.send({ type: 'set-name', name: this.#name.value });
    if (!name) {
      setText(this.#problem, this.text.say('prejoin.name-needed'));
      show(this.#problem, true);
      this.#name.focus();
      return;
    }
    this.send({ type: 'join' });
  };
}

customElements.define('prejoin-screen', PrejoinScreen);
