// @ts-check
/** In the lobby: the own preview stays, one sentence, one way out. */
import { h, icon, setText, show } from './dom.js';
import { MeetingElement } from './element.js';
import { SelfPreview } from './self-preview.js';

export class WaitingScreen extends MeetingElement {
  #position = h('p', { class: 'quiet' });

  build() {
    const { text } = this;
    const preview = new SelfPreview();
    preview.context = this.context;
    const leave = h('button', { type: 'button', class: 'button', on: { click: () => this.send({ type: 'leave' }) } }, icon('leave'), text.say('toolbar.leave'));
    this.append(h('main', { class: 'prejoin' }, preview,
      h('div', { class: 'prejoin-side' },
        h('span', { class: 'waiting-dots', 'aria-hidden': 'true' }, h('span'), h('span'), h('span')),
        h('div', { role: 'status' }, h('h1', {}, text.say('waiting.title')), h('p', {}, text.say('waiting.text')), this.#position),
        h('div', { class: 'row' }, leave))));
  }

  /** @param {import('../types/state.js').State} state */
  render(state) {
    show(this.#position, state.waitingPosition > 1);
    setText(this.#position, this.text.say('waiting.position', { count: state.waitingPosition - 1 }));
  }
}

customElements.define('waiting-screen', WaitingScreen);
