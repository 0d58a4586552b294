// @ts-check
/**
 * Who is here: the lobby on top for hosts, raised hands first, then who speaks, then by name.
 *
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').Participant} Participant
 */
import { menuButton } from '../controls/menu.js';
import { everybodyEntries, isHost, personEntries } from '../controls/moderation.js';
import { Keyed, arrangeChildren, changeIcon, h, icon, setAttribute, setText, show } from './dom.js';
import { MeetingElement } from './element.js';
import { face, updateFace } from './face.js';
import { panelHeader } from './panel-header.js';
import { orderPeople } from './people-order.js';
import { isPinned } from './stage-plan.js';

export class PeoplePanel extends MeetingElement {
  #count = h('span', { class: 'count' });
  #hidden = h('p', { class: 'people-note', hidden: true }, icon('shield'));
  #lobby = h('section', { class: 'lobby', hidden: true });
  #guests = h('ul', { class: 'people-list' });
  #list = h('ul', { class: 'people-list' });
  #all = h('button', { type: 'button', class: 'button is-quiet' });
  /** @type {Keyed<Participant, HTMLElement>} */
  #rows = new Keyed((id) => this.#row(id));
  /** @type {Keyed<State['lobbyGuests'][number], HTMLElement>} */
  #guestRows = new Keyed((id) => this.#guestRow(id));

  build() {
    const { text } = this;
    setAttribute(this, 'role', 'region');
    setAttribute(this, 'aria-label', text.say('toolbar.people'));
    setAttribute(this.#list, 'aria-label', text.say('people.list'));
    setAttribute(this.#guests, 'aria-label', text.say('people.lobby'));
    this.#hidden.append(text.say('stage.relay-only'));
    this.#all.append(icon('more'), text.say('people.for-all'));
    menuButton(this.#all, () => ({ label: text.say('people.for-all'), entries: everybodyEntries(text, (gesture) => this.send(gesture)) }));
    const admitAll = h('button', { type: 'button', class: 'button', on: { click: () => this.send({ type: 'moderate', action: 'admit' }) } }, text.say('people.admit-all'));
    this.#lobby.append(h('div', { class: 'lobby-head' }, h('h3', { class: 'small-heading' }, text.say('people.lobby')), admitAll), this.#guests);
    const invite = h('button', { type: 'button', class: 'button', on: { click: () => this.send({ type: 'open-dialog', dialog: 'invite' }) } }, icon('invite'), text.say('people.invite'));
    this.append(
      panelHeader(text, 'toolbar.people', () => this.send({ type: 'toggle-panel', panel: 'people' }), this.#count),
      h('div', { class: 'panel-body' }, this.#hidden, this.#lobby, this.#list),
      h('footer', { class: 'panel-footer' }, invite, this.#all));
  }

  /** @param {State} state */
  render(state) {
    show(this, state.panel === 'people');
    if (state.panel !== 'people') return;
    setText(this.#count, this.text.number(state.participants.length));
    show(this.#hidden, state.roomInfo?.relayOnly === true);
    show(this.#all, isHost(state));
    show(this.#lobby, state.lobbyGuests.length > 0);
    const guests = this.#guestRows.update(state.lobbyGuests, (guest) => guest.id, (row, guest) => this.#renderGuest(row, guest));
    arrangeChildren(this.#guests, guests);
    const people = orderPeople(state.participants, state.speaking, (left, right) => this.text.compare(left, right));
    arrangeKeepingFocus(this.#list, this.#rows.update(people, (person) => person.id, (row, person) => this.#renderRow(row, person, state)));
  }

  /** @param {string} id */
  #row(id) {
    const options = h('button', { type: 'button', class: 'icon-button person-options' }, icon('more'));
    menuButton(options, () => this.#personMenu(id));
    return h('li', { class: 'person' },
      face(''),
      h('span', { class: 'person-name' }, h('span', { class: 'person-title', dir: 'auto' }), h('span', { class: 'person-note' })),
      h('span', { class: 'person-hand', role: 'img', 'aria-label': this.text.say('tile.hand-raised') }, icon('hand')),
      h('span', { class: 'person-microphone', role: 'img' }, icon('microphone')),
      options);
  }

  /**
   * @param {HTMLElement} row
   * @param {Participant} person
   * @param {State} state
   */
  #renderRow(row, person, state) {
    const { text } = this;
    const isOwn = person.id === state.you?.id;
    const [picture, title, note, hand, microphone, options] = row.querySelectorAll('.face, .person-title, .person-note, .person-hand, .person-microphone, .person-options');
    if (picture instanceof HTMLElement) updateFace(picture, person.name);
    if (title) setText(title, isOwn ? text.say('tile.you', { name: person.name }) : person.name);
    const role = person.role === 'member' ? '' : text.say(`role.${person.role}`);
    const presence = person.state === 'reconnecting' ? text.say('tile.reconnecting-words') : person.away ? text.say('people.away') : '';
    if (note) setText(note, [role, presence].filter(Boolean).join(' · '));
    if (hand instanceof HTMLElement) show(hand, person.hand);
    const isMuted = (isOwn ? state.local.microphone.actual : person.microphone) === 'off';
    if (microphone) {
      setAttribute(microphone, 'aria-label', text.say(isMuted ? 'people.muted' : 'people.unmuted'));
      setAttribute(microphone, 'data-muted', isMuted);
      changeIcon(microphone.firstElementChild, isMuted ? 'microphone-off' : 'microphone');
    }
    setAttribute(row, 'data-speaking', state.speaking.includes(person.id));
    if (!(options instanceof HTMLElement)) return;
    setAttribute(options, 'aria-label', text.say('people.options', { name: person.name }));
    setAttribute(options, 'data-placeholder', isOwn);
    setAttribute(options, 'hidden', isOwn);
  }

  /** @param {string} id */
  #personMenu(id) {
    const { text, state } = this;
    const person = state.participants.find((one) => one.id === id);
    /** @param {import('../types/gestures.js').Gesture} gesture */
    const send = (gesture) => this.send(gesture);
    const name = person?.name ?? '';
    const pinned = isPinned(state.pinned, `${id}/camera`);
    const pin = { label: text.say(pinned ? 'tile.unpin' : 'tile.pin', { name }), icon: pinned ? 'unpin' : 'pin', act: () => send({ type: 'toggle-pin', id: `${id}/camera` }) };
    const entries = person ? [pin, ...personEntries(state, person, text, send)] : [];
    return { label: text.say('people.options', { name }), before: this.#volume(id, name), entries };
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  #volume(id, name) {
    const now = this.state.volume[id] ?? 1;
    const slider = h('input', { type: 'range', min: '0', max: '1', step: '0.05', value: String(now), 'aria-label': this.text.say('people.volume', { name }) });
    slider.addEventListener('input', () => this.send({ type: 'set-volume', participant: id, volume: Number(slider.value) }));
    return h('div', { class: 'volume' }, icon('sound'), slider);
  }

  /** @param {string} id */
  #guestRow(id) {
    /** @param {'admit'|'deny'} action @param {string} look */
    const button = (action, look) => h('button', { type: 'button', class: `button ${look}`, data: { action }, on: { click: () => this.send({ type: 'moderate', action, participant: id }) } }, this.text.say(`people.${action}`));
    return h('li', { class: 'person' }, face(''), h('span', { class: 'person-name' }, h('span', { class: 'person-title', dir: 'auto' })), button('deny', 'is-quiet'), button('admit', 'is-primary'));
  }

  /**
   * @param {HTMLElement} row
   * @param {State['lobbyGuests'][number]} guest
   */
  #renderGuest(row, guest) {
    const picture = row.querySelector('.face');
    const title = row.querySelector('.person-title');
    if (picture instanceof HTMLElement) updateFace(picture, guest.name);
    if (title) setText(title, guest.name);
    for (const button of row.querySelectorAll('button')) setAttribute(button, 'aria-label', this.text.say(`people.${button.dataset.action}-name`, { name: guest.name }));
  }
}

/**
 * Moving a row takes the focus away from the button in it; give it back.
 * @param {HTMLElement} list
 * @param {HTMLElement[]} rows
 */
function arrangeKeepingFocus(list, rows) {
  const focused = document.activeElement;
  arrangeChildren(list, rows);
  if (focused instanceof HTMLElement && list.contains(focused) && document.activeElement !== focused) focused.focus({ preventScroll: true });
}

customElements.define('people-panel', PeoplePanel);
