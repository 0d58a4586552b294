// @ts-check
/**
 * The one bar of the meeting: own devices, what one sends, panels, leaving. States come from the tracks, not from the clicks.
 *
 * @typedef {import('../types/state.js').State} State
 */
import { h, icon, setAttribute, setText } from '../user-interface/dom.js';
import { MeetingElement } from '../user-interface/element.js';
import { deviceEntries } from './device-menus.js';
import { LevelRing } from './level-ring.js';
import { menuButton } from './menu.js';
import { moreEntries, ownHand, reactionRow } from './more-menu.js';
import { toolbarButton, updateToolbarButton } from './toolbar-button.js';

export class MeetingToolbar extends MeetingElement {
  #microphone = toolbarButton({ icon: 'microphone', class: 'has-level', click: () => this.send({ type: 'toggle-microphone' }) });
  #camera = toolbarButton({ icon: 'camera', click: () => this.send({ type: 'toggle-camera' }) });
  #screen = toolbarButton({ icon: 'screen', class: 'is-wide-only', click: () => this.send({ type: 'toggle-screen' }) });
  #reactions = toolbarButton({ icon: 'smile', class: 'is-wide-only' });
  #hand = toolbarButton({ icon: 'hand', class: 'is-wide-only', click: () => this.send({ type: 'toggle-hand' }) });
  #chat = toolbarButton({ icon: 'chat', click: () => this.send({ type: 'toggle-panel', panel: 'chat' }) });
  #people = toolbarButton({ icon: 'people', class: 'is-wide-only', click: () => this.send({ type: 'toggle-panel', panel: 'people' }) });
  #more = toolbarButton({ icon: 'more' });
  #leave = toolbarButton({ icon: 'leave', class: 'is-leave', click: () => this.send({ type: 'leave' }) });
  #badge = h('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
  #waiting = h('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
  #unread = h('span', { id: 'unread-messages', class: 'visually-hidden', 'aria-live': 'polite' });
  #ring = new LevelRing(this.#microphone, () => this.context.levels.level('you/microphone'));

  build() {
    setAttribute(this, 'role', 'toolbar');
    setAttribute(this, 'aria-label', this.text.say('toolbar.name'));
    this.#chat.querySelector('.toolbar-disc')?.append(this.#badge);
    this.#people.querySelector('.toolbar-disc')?.append(this.#waiting);
    setAttribute(this.#chat, 'aria-describedby', this.#unread.id);
    menuButton(this.#more, () => this.#moreMenu());
    menuButton(this.#reactions, () => this.#reactionMenu());
    this.append(
      h('div', { class: 'toolbar-pair' }, this.#microphone, this.#caret('microphone')),
      h('div', { class: 'toolbar-pair' }, this.#camera, this.#caret('camera')),
      this.#screen, this.#reactions, this.#hand,
      h('span', { class: 'toolbar-line', 'aria-hidden': 'true' }),
      this.#chat, this.#people, this.#more,
      h('span', { class: 'toolbar-line', 'aria-hidden': 'true' }),
      this.#leave, this.#unread,
    );
    this.addEventListener('keydown', this.#moveFocus);
  }

  /** @param {'chat'|'people'} panel */
  panelButton(panel) {
    return panel === 'chat' ? this.#chat : this.#people;
  }

  connected() {
    this.life.addEventListener('abort', () => (this.#ring.on = false), { once: true });
  }

  /** @param {State} state */
  render(state) {
    const { text } = this;
    const { microphone, camera, screen } = state.local;
    const isTalking = microphone.actual === 'on';
    updateToolbarButton(this.#microphone, {
      name: text.say(isTalking ? 'toolbar.microphone-off' : 'toolbar.microphone-on'),
      caption: text.say(isTalking ? 'toolbar.caption.mute' : 'toolbar.caption.unmute'),
      icon: isTalking ? 'microphone' : 'microphone-off', key: 'M', isOff: !isTalking,
    });
    this.#ring.on = isTalking;
    const isSeen = camera.actual === 'on';
    updateToolbarButton(this.#camera, {
      name: text.say(isSeen ? 'toolbar.camera-off' : 'toolbar.camera-on'),
      caption: text.say('toolbar.caption.camera'),
      icon: isSeen ? 'camera' : 'camera-off', key: 'V', isOff: !isSeen,
    });
    const isSharing = screen.actual === 'on';
    updateToolbarButton(this.#screen, {
      name: text.say(isSharing ? 'toolbar.screen-stop' : 'toolbar.screen'),
      caption: text.say(isSharing ? 'toolbar.caption.screen-stop' : 'toolbar.caption.screen'),
      icon: isSharing ? 'screen-stop' : 'screen', key: 'S', isOn: isSharing,
    });
    const isUp = ownHand(state);
    updateToolbarButton(this.#hand, { name: text.say(isUp ? 'toolbar.hand-lower' : 'toolbar.hand-raise'), caption: text.say('toolbar.caption.hand'), key: 'H', isOn: isUp });
    updateToolbarButton(this.#reactions, { name: text.say('toolbar.reactions'), caption: text.say('toolbar.caption.reactions') });
    updateToolbarButton(this.#more, { name: text.say('toolbar.more'), caption: text.say('toolbar.caption.more') });
    updateToolbarButton(this.#leave, { name: text.say('toolbar.leave'), caption: text.say('toolbar.caption.leave') });
    this.#renderPanels(state);
  }

  /** @param {State} state */
  #renderPanels(state) {
    const { text } = this;
    updateToolbarButton(this.#chat, { name: text.say('toolbar.chat'), caption: text.say('toolbar.chat'), key: 'C', isOn: state.panel === 'chat' });
    updateToolbarButton(this.#people, { name: text.say('toolbar.people'), caption: text.say('toolbar.people'), key: 'P', isOn: state.panel === 'people' });
    setAttribute(this.#chat, 'aria-expanded', String(state.panel === 'chat'));
    setAttribute(this.#people, 'aria-expanded', String(state.panel === 'people'));
    badge(this.#badge, state.unread);
    badge(this.#waiting, state.lobbyGuests.length);
    setText(this.#unread, state.unread ? text.say('toolbar.unread', { count: state.unread }) : '');
  }

  /** @param {'microphone'|'camera'} source */
  #caret(source) {
    const name = this.text.say(`toolbar.choose-${source}`);
    const caret = h('button', { type: 'button', class: 'toolbar-caret', 'aria-label': name, title: name }, icon('caret'));
    menuButton(caret, () => ({ label: name, entries: deviceEntries(this.state, source, this.text, (gesture) => this.send(gesture)) }));
    return caret;
  }

  #moreMenu() {
    const isNarrow = getComputedStyle(this.#hand).display === 'none';
    /** @param {import('../types/gestures.js').Gesture} gesture */
    const send = (gesture) => this.send(gesture);
    const before = isNarrow ? reactionRow(this.text, send, closeMenu) : undefined;
    return { label: this.text.say('toolbar.more'), entries: moreEntries(this.state, this.text, send, isNarrow), before };
  }

  #reactionMenu() {
    return { label: this.text.say('toolbar.reactions'), entries: [], before: reactionRow(this.text, (gesture) => this.send(gesture), closeMenu) };
  }

  /** Arrow keys move along the bar, as in every toolbar; Tab works as well. @param {KeyboardEvent} event */
  #moveFocus = (event) => {
    const isForward = ['ArrowDown', this.text.direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight'].includes(event.key);
    const isBack = ['ArrowUp', this.text.direction === 'rtl' ? 'ArrowRight' : 'ArrowLeft'].includes(event.key);
    if (!isForward && !isBack) return;
    const buttons = [...this.querySelectorAll('button')].filter((button) => button.offsetParent !== null);
    const at = buttons.findIndex((button) => button === document.activeElement);
    event.preventDefault();
    buttons[(at + (isForward ? 1 : -1) + buttons.length) % buttons.length]?.focus();
  };
}

function closeMenu() {
  for (const open of document.querySelectorAll(':popover-open')) if (open instanceof HTMLElement) open.hidePopover();
}

/**
 * @param {HTMLElement} element
 * @param {number} count
 */
function badge(element, count) {
  element.hidden = count === 0;
  setText(element, count > 99 ? '99+' : String(count));
}

customElements.define('meeting-toolbar', MeetingToolbar);
