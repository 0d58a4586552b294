// @ts-check
/** After the meeting, however it ended. */
import { h, setText, show } from './dom.js';
import { MeetingElement } from './element.js';

/** Ends after which coming back at once would be refused. */
const FINAL = new Set(['banned', 'bad-room']);

export class LeftScreen extends MeetingElement {
  #title = h('h1');
  #sentence = h('p', { class: 'left-sentence' });
  #length = h('p', { class: 'quiet' });
  #rejoin = h('button', { type: 'button', class: 'button is-primary is-large', on: { click: () => this.send({ type: 'rejoin' }) } });
  #home = h('button', { type: 'button', class: 'button is-large', on: { click: () => this.send({ type: 'go-home' }) } });

  build() {
    setText(this.#home, this.text.say('left.home'));
    this.append(h('main', { class: 'left' }, h('p', { class: 'brand' }, 'Parley'), this.#title, this.#sentence, this.#length, h('div', { class: 'row' }, this.#rejoin, this.#home)));
  }

  /** @param {import('../types/state.js').State} state */
  render({ ending }) {
    const { text } = this;
    const reason = ending && text.has(`left.${ending.reason}.title`) ? ending.reason : 'other';
    const sentence = `left.${reason}.text`;
    setText(this.#title, text.say(`left.${reason}.title`));
    setText(this.#sentence, text.has(sentence) ? text.say(sentence) : '');
    show(this.#sentence, text.has(sentence));
    const wasInside = (ending?.durationMs ?? 0) > 0;
    show(this.#length, wasInside);
    setText(this.#length, wasInside ? text.say('left.duration', { duration: text.duration(ending?.durationMs ?? 0) }) : '');
    show(this.#rejoin, !FINAL.has(reason));
    setText(this.#rejoin, text.say(reason === 'room-full' || reason === 'room-locked' || reason === 'denied' ? 'left.try-again' : 'left.rejoin'));
  }
}

customElements.define('left-screen', LeftScreen);
