// @ts-check
/** The frame of all dialogs: a modal <dialog> with a title; Escape, the cross and a click beside it close. */
import { h, icon } from './dom.js';
import { MeetingElement } from './element.js';

export class MeetingDialog extends MeetingElement {
  /** Key of the title. */
  titleKey = '';
  #dialog = h('dialog', { class: 'dialog', tabindex: '-1' });

  build() {
    const close = () => this.send({ type: 'close' });
    const label = this.text.say('close');
    const title = h('h2', { id: `${this.localName}-title` }, this.text.say(this.titleKey));
    this.#dialog.setAttribute('aria-labelledby', title.id);
    this.#dialog.append(
      h('header', { class: 'dialog-header' }, title, h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, on: { click: close } }, icon('close'))),
      h('div', { class: 'dialog-body' }, ...this.content()));
    this.#dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      close();
    });
    this.#dialog.addEventListener('click', (event) => {
      if (event.target === this.#dialog) close();
    });
    this.append(this.#dialog);
  }

  connected() {
    this.#dialog.showModal();
    // The dialog itself, so that screen readers begin with its title and no button looks chosen.
    this.#dialog.focus();
  }

  /** Leaves the page. A dialog that is closed first, and in the page, gives the focus back to where it was. */
  remove() {
    this.#dialog.close();
    super.remove();
  }

  /** @returns {import('./dom.js').Child[]} */
  content() {
    return [];
  }
}
