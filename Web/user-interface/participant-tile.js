// @ts-check
/**
 * One picture on the stage: a camera or a shared screen, with name and what others should know.
 *
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').Participant} Participant
 */
import { isByServer } from '../state/selectors.js';
import { MeetingElement } from './element.js';
import { changeIcon, h, icon, setAttribute, setText, show } from './dom.js';
import { face, updateFace } from './face.js';
import { isPinned } from './stage-plan.js';
import { StreamView } from './stream-view.js';

export class ParticipantTile extends MeetingElement {
  /** Set before it enters the page: `participant/camera` or `participant/screen`. */
  tileId = '';

  #view = new StreamView(() => this.#changed());
  #face = face('');
  #muted = icon('microphone-off');
  #weak = icon('weak');
  #hand = h('span', { class: 'tile-hand', 'aria-hidden': 'true' }, icon('hand'));
  #name = h('span', { class: 'tile-name-text', dir: 'auto' });
  #note = h('p', { class: 'tile-note' });
  // Not on the way of the Tab key: with 25 people the bar would be 25 steps away. The number keys and the people panel pin too.
  #pin = h('button', { type: 'button', class: 'tile-button', tabindex: '-1' }, icon('pin'));
  #isVisible = true;

  get participantId() {
    return this.tileId.slice(0, this.tileId.lastIndexOf('/'));
  }

  get isScreen() {
    return this.tileId.endsWith('/screen');
  }

  get video() {
    return this.#view.video;
  }

  /** Where the media registry keeps its stream; the own camera lives under `you`. */
  get trackId() {
    return this.#isOwn ? 'you/camera' : this.tileId;
  }

  /** A tile of another page keeps its place but does not decode. @param {boolean} visible */
  set visible(visible) {
    if (visible === this.#isVisible) return;
    this.#isVisible = visible;
    this.hidden = !visible;
    this.#view.isPlaying = visible;
  }

  get #isOwn() {
    return this.participantId === this.state.you?.id;
  }

  build() {
    this.setAttribute('role', 'group');
    this.#muted.classList.add('tile-muted');
    this.#weak.classList.add('tile-weak');
    const label = h('div', { class: 'tile-name', 'aria-hidden': 'true' }, this.#muted, this.#weak, this.#name);
    const spinner = h('span', { class: 'spinner', 'aria-hidden': 'true' });
    this.#pin.addEventListener('click', () => this.send({ type: 'toggle-pin', id: this.tileId }));
    this.addEventListener('dblclick', (event) => {
      if (event.target instanceof HTMLVideoElement || event.target === this) this.send({ type: 'toggle-pin', id: this.tileId });
    });
    this.append(this.#face, this.#view.element, h('div', { class: 'tile-scrim' }), this.#note, spinner, label, this.#hand, h('div', { class: 'tile-buttons' }, this.#pin));
    setAttribute(this, 'data-screen', this.isScreen);
    if (this.isScreen) this.#face.remove();
  }

  connected() {
    this.context.media.addEventListener('change', () => this.#attach(), { signal: this.life });
    this.#attach();
  }

  /** @param {State} state */
  render(state) {
    const person = state.participants.find((one) => one.id === this.participantId);
    if (!person) return;
    const isOwn = this.#isOwn;
    this.#attach();
    this.#renderPicture(state, person, isOwn);
    this.#renderName(state, person, isOwn);
    const pinned = isPinned(state.pinned, this.tileId);
    setAttribute(this.#pin, 'aria-label', this.text.say(pinned ? 'tile.unpin' : 'tile.pin', { name: this.#title(person, isOwn) }));
    setAttribute(this.#pin, 'title', this.text.say(pinned ? 'tile.unpin-short' : 'tile.pin-short'));
    changeIcon(this.#pin.firstElementChild, pinned ? 'unpin' : 'pin');
    setAttribute(this, 'data-pinned', pinned);
  }

  /**
   * @param {State} state
   * @param {Participant} person
   * @param {boolean} isOwn
   */
  #renderPicture(state, person, isOwn) {
    const sends = this.isScreen || (isOwn ? state.local.camera.actual : person.camera) === 'on';
    const hasPicture = sends && this.#view.stream !== null && (state.playing[this.trackId] ?? true);
    setAttribute(this, 'data-picture', hasPicture);
    setAttribute(this, 'data-own', isOwn);
    setAttribute(this, 'data-mirrored', isOwn && state.preferences.mirror);
    setAttribute(this, 'data-speaking', !this.isScreen && state.speaking.includes(person.id));
    const link = state.links[person.id] ?? (isByServer(state) ? state.links.sfu : undefined);
    const isLost = !isOwn && (person.state === 'reconnecting' || link?.state === 'failed');
    const isFrozen = state.meetingState === 'reconnecting' && !isOwn;
    setAttribute(this, 'data-busy', isLost || isFrozen);
    const note = isLost ? 'tile.reconnecting' : sends && !hasPicture && this.isScreen ? 'tile.screen-starting' : '';
    setText(this.#note, note ? this.text.say(note) : '');
    updateFace(this.#face, person.name);
  }

  /**
   * @param {State} state
   * @param {Participant} person
   * @param {boolean} isOwn
   */
  #renderName(state, person, isOwn) {
    const isMuted = (isOwn ? state.local.microphone.actual : person.microphone) === 'off' && !this.isScreen;
    const link = state.links[person.id];
    const isWeak = !isOwn && link !== undefined && link.quality !== 'good';
    const title = this.#title(person, isOwn);
    setText(this.#name, title);
    setAttribute(this.#muted, 'hidden', !isMuted);
    setAttribute(this.#weak, 'hidden', !isWeak);
    show(this.#hand, person.hand && !this.isScreen);
    const words = [title];
    if (isMuted) words.push(this.text.say('tile.muted'));
    if (!this.isScreen && person.camera === 'off') words.push(this.text.say('tile.camera-off'));
    if (person.hand && !this.isScreen) words.push(this.text.say('tile.hand-raised'));
    if (isWeak) words.push(this.text.say('tile.weak'));
    if (person.state === 'reconnecting') words.push(this.text.say('tile.reconnecting-words'));
    setAttribute(this, 'aria-label', words.join(this.text.say('tile.separator')));
  }

  /**
   * @param {Participant} person
   * @param {boolean} isOwn
   */
  #title(person, isOwn) {
    if (this.isScreen) return this.text.say('tile.screen', { name: person.name });
    return isOwn ? this.text.say('tile.you', { name: person.name }) : person.name;
  }

  #attach() {
    const stream = this.context.media.stream(this.trackId) ?? null;
    if (this.#view.stream !== stream) this.#view.show(stream);
  }

  #changed() {
    const person = this.state.participants.find((one) => one.id === this.participantId);
    if (person) this.#renderPicture(this.state, person, this.#isOwn);
  }
}

customElements.define('participant-tile', ParticipantTile);
