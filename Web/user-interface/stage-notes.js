// @ts-check
/**
 * What goes on while the people keep the stage, each in one line above it: one's own screen is shared; somebody waits to be let in;
 * addresses are hidden, until one has read it.
 *
 * @typedef {import('../types/state.js').State} State
 */
import { isHost } from '../controls/moderation.js';
import { h, icon, setText, show } from './dom.js';
import { MeetingElement } from './element.js';

export class StageNotes extends MeetingElement {
  #sharing = note('screen');
  #guests = note('door');
  #hidden = note('shield');
  /** The line about hidden addresses was put away. */
  #isRead = false;
  #guestsText = h('span', { dir: 'auto' });
  #admit = h('button', { type: 'button', class: 'button is-primary', on: { click: () => this.send({ type: 'moderate', action: 'admit' }) } });

  build() {
    const { text } = this;
    const stop = h('button', { type: 'button', class: 'button', on: { click: () => this.send({ type: 'toggle-screen' }) } }, text.say('toolbar.screen-stop'));
    const look = h('button', { type: 'button', class: 'button', on: { click: () => this.send({ type: 'toggle-panel', panel: 'people' }) } }, text.say('stage.guests-show'));
    this.#sharing.append(h('span', {}, text.say('stage.you-share')), stop);
    this.#guests.append(this.#guestsText, this.#admit, look);
    const read = h('button', { type: 'button', class: 'icon-button', 'aria-label': text.say('banner.dismiss'), title: text.say('banner.dismiss'), on: { click: this.#read } }, icon('close'));
    this.#hidden.append(h('span', {}, text.say('stage.relay-only')), read);
    this.setAttribute('role', 'status');
    this.append(this.#sharing, this.#guests, this.#hidden);
  }

  /** @param {State} state */
  render(state) {
    const [first] = state.lobbyGuests;
    const waits = first !== undefined && isHost(state) && state.panel !== 'people';
    show(this.#sharing, state.local.screen.actual === 'on');
    show(this.#guests, waits);
    const isHidden = state.roomInfo?.relayOnly === true;
    if (!isHidden) this.#isRead = false;
    show(this.#hidden, isHidden && !this.#isRead);
    setText(this.#guestsText, waits ? this.text.say('stage.guests', { count: state.lobbyGuests.length, name: first.name }) : '');
    setText(this.#admit, this.text.say(state.lobbyGuests.length > 1 ? 'people.admit-all' : 'people.admit'));
  }

  #read = () => {
    this.#isRead = true;
    show(this.#hidden, false);
  };
}

/** @param {string} name of the icon */
const note = (name) => h('div', { class: 'stage-note', hidden: true }, icon(name));

customElements.define('stage-notes', StageNotes);
