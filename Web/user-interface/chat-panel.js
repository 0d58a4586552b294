// @ts-check
/**
 * Chat: a log grouped by sender and minute, a field that keeps its draft, private messages to one person.
 *
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').ChatMessage} ChatMessage
 */
import { groupMessages, splitLinks } from './chat-groups.js';
import { Keyed, arrangeChildren, h, icon, setAttribute, setText, show } from './dom.js';
import { MeetingElement } from './element.js';
import { panelHeader } from './panel-header.js';

const LONGEST = 4096;
/** Nearer to the end than this, new messages scroll into view. */
const END_PIXELS = 80;

export class ChatPanel extends MeetingElement {
  #log = h('div', { class: 'chat-log', role: 'log', tabindex: '0' });
  #empty = h('p', { class: 'panel-empty' });
  #field = h('textarea', { class: 'chat-field', rows: '1', maxlength: String(LONGEST), enterkeyhint: 'send' });
  #to = h('select', { class: 'chat-to' });
  #send = h('button', { class: 'button is-primary chat-send' }, icon('send'));
  #people = '';
  /** @type {Keyed<import('./chat-groups.js').Group, HTMLElement>} */
  #groups = new Keyed(() => h('article', { class: 'chat-group' }));

  build() {
    const { text } = this;
    setAttribute(this, 'role', 'region');
    setAttribute(this, 'aria-label', text.say('toolbar.chat'));
    setAttribute(this.#log, 'aria-label', text.say('chat.messages'));
    setAttribute(this.#field, 'aria-label', text.say('chat.message'));
    setAttribute(this.#field, 'placeholder', text.say('chat.placeholder'));
    setAttribute(this.#to, 'aria-label', text.say('chat.to'));
    setAttribute(this.#send, 'aria-label', text.say('chat.send'));
    setAttribute(this.#send, 'title', text.say('chat.send'));
    setText(this.#empty, text.say('chat.empty'));
    this.#field.addEventListener('keydown', this.#key);
    this.#field.addEventListener('input', this.#grow);
    const form = h('form', { class: 'chat-form', on: { submit: this.#submit } },
      h('div', { class: 'select is-small' }, this.#to, icon('caret')),
      h('div', { class: 'chat-line' }, this.#field, this.#send));
    this.append(panelHeader(text, 'toolbar.chat', () => this.send({ type: 'toggle-panel', panel: 'chat' })), this.#empty, this.#log, form);
  }

  connected() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** @param {State} state @param {State|null} previous */
  render(state, previous) {
    show(this, state.panel === 'chat');
    const isAtEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < END_PIXELS;
    if (state.chat !== previous?.chat || state.participants !== previous?.participants) this.#renderLog(state);
    this.#renderRecipients(state);
    const isOpened = state.panel === 'chat' && previous?.panel !== 'chat';
    if (state.panel === 'chat' && (isAtEnd || isOpened)) this.#log.scrollTop = this.#log.scrollHeight;
    // Whoever opens the chat wants to write; nothing else moves the focus. On a touch screen the keyboard would cover the log.
    const isAsked = previous !== null || this.hasAttribute('data-asked');
    if (isOpened && isAsked && matchMedia('(pointer: fine)').matches) this.#field.focus();
  }

  /** @param {State} state */
  #renderLog(state) {
    const groups = groupMessages(state.chat);
    show(this.#empty, groups.length === 0);
    arrangeChildren(this.#log, this.#groups.update(groups, (group) => group.key, (element, group) => this.#renderGroup(element, group, state)));
  }

  /**
   * @param {HTMLElement} element
   * @param {import('./chat-groups.js').Group} group
   * @param {State} state
   */
  #renderGroup(element, group, state) {
    const isOwn = group.from === state.you?.id;
    const version = group.messages.map(({ clientId, delivery }) => clientId + delivery).join() + isOwn;
    if (element.dataset.version === version) return;
    element.dataset.version = version;
    setAttribute(element, 'data-own', isOwn);
    setAttribute(element, 'data-private', group.to !== undefined);
    const other = state.participants.find((person) => person.id === group.to)?.name ?? '';
    const privately = group.to === undefined ? '' : this.text.say(isOwn ? 'chat.privately-to' : 'chat.privately', { name: other });
    element.replaceChildren(
      h('header', { class: 'chat-head' },
        h('strong', { dir: 'auto' }, isOwn ? this.text.say('you') : group.name),
        privately && h('span', { class: 'chat-private' }, icon('lock'), privately),
        h('time', { datetime: new Date(group.at).toISOString() }, this.text.time(group.at))),
      ...group.messages.map((message) => this.#message(message)),
    );
  }

  /** @param {ChatMessage} message */
  #message(message) {
    const pieces = splitLinks(message.text).map(({ text, href }) => (href ? h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text) : text));
    const note = message.delivery === 'pending' ? 'chat.pending' : message.delivery === 'not-stored' ? 'chat.not-stored' : '';
    return h('p', { class: 'chat-message', dir: 'auto', data: { delivery: message.delivery } }, ...pieces, note && h('span', { class: 'chat-note', dir: this.text.direction }, this.text.say(note), ' ', message.delivery === 'not-stored' && this.#again(message)));
  }

  /** @param {ChatMessage} message */
  #again({ clientId }) {
    return h('button', { type: 'button', class: 'link-button', on: { click: () => this.send({ type: 'retry-chat', clientId }) } }, this.text.say('chat.again'));
  }

  /** @param {State} state */
  #renderRecipients(state) {
    const others = state.participants.filter((person) => person.id !== state.you?.id);
    const key = others.map(({ id, name }) => id + name).join('\n');
    if (key === this.#people) return;
    this.#people = key;
    const chosen = this.#to.value;
    const options = others.map(({ id, name }) => h('option', { value: id }, name));
    this.#to.replaceChildren(h('option', { value: '' }, this.text.say('chat.to-everybody')), ...options);
    this.#to.value = others.some(({ id }) => id === chosen) ? chosen : '';
  }

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#field.form?.requestSubmit();
  };

  #grow = () => {
    this.#field.style.setProperty('block-size', 'auto');
    this.#field.style.setProperty('block-size', `${Math.min(160, this.#field.scrollHeight + 2)}px`);
  };

  /** @param {SubmitEvent} event */
  #submit = (event) => {
    event.preventDefault();
    const text = this.#field.value.trim();
    if (!text) return;
    this.send(this.#to.value ? { type: 'send-chat', text, to: this.#to.value } : { type: 'send-chat', text });
    this.#field.value = '';
    this.#grow();
    this.#log.scrollTop = this.#log.scrollHeight;
  };
}

customElements.define('chat-panel', ChatPanel);
