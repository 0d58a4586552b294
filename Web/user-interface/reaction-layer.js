// @ts-check
/** Reactions rise over the stage and fade, with the name of who sent them. */
import { Keyed, arrangeChildren, h } from './dom.js';
import { MeetingElement } from './element.js';

/** @typedef {import('../types/state.js').State['reactions'][number]} Reaction */

export class ReactionLayer extends MeetingElement {
  /** @type {Keyed<Reaction, HTMLElement>} */
  #reactions = new Keyed(() => h('div', { class: 'reaction' }));

  build() {
    this.setAttribute('aria-live', 'polite');
  }

  /** @param {import('../types/state.js').State} state */
  render(state) {
    const elements = this.#reactions.update(state.reactions, (reaction) => String(reaction.id), (element, reaction) => {
      if (element.firstChild) return;
      const person = state.participants.find((one) => one.id === reaction.participant);
      const name = person?.id === state.you?.id ? this.text.say('you') : person?.name ?? '';
      element.append(h('span', { class: 'reaction-emoji' }, reaction.emoji), h('span', { class: 'reaction-name', dir: 'auto' }, name));
      // Spread out, the same for everybody who looks: by the id.
      element.style.setProperty('--reaction-x', String((reaction.id * 37) % 100));
    });
    arrangeChildren(this, elements);
  }
}

customElements.define('reaction-layer', ReactionLayer);
