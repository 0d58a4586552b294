// @ts-check
/** Short messages that come and go by themselves. The region is always there, so that screen readers hear what enters it. */
import { Keyed, arrangeChildren, h, setText } from './dom.js';
import { MeetingElement } from './element.js';

const SHOWN = 3;

export class ToastList extends MeetingElement {
  /** @type {Keyed<import('../types/state.js').Toast, HTMLElement>} */
  #toasts = new Keyed(() => h('p', { class: 'toast' }));

  build() {
    this.setAttribute('aria-live', 'polite');
    this.setAttribute('role', 'status');
  }

  /** @param {import('../types/state.js').State} state */
  render({ toasts }) {
    const shown = toasts.slice(-SHOWN);
    arrangeChildren(this, this.#toasts.update(shown, (toast) => String(toast.id), (element, toast) => setText(element, this.text.say(toast.key, toast.values))));
  }
}

customElements.define('toast-list', ToastList);
