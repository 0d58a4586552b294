// @ts-check
/**
 * What every element gets from `mount`, and the base class that gives it a life: build once, render on change, let go.
 *
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/gestures.js').Gesture} Gesture
 * @typedef {import('../locales/localize.js').Localizer} Localizer
 *
 * @typedef {Object} Store
 * @property {() => State} getState
 * @property {(listener: () => void) => () => void} subscribe
 * @property {(action: {type: 'sound-blocked', blocked: boolean}) => void} dispatch
 *
 * @typedef {EventTarget & {stream(trackId: string): MediaStream|null|undefined}} Media
 *
 * @typedef {Object} Context
 * @property {Store} store
 * @property {Media} media
 * @property {{level(trackId: string): number}} levels
 * @property {Localizer} text
 */
import { gesture } from './dom.js';

export class MeetingElement extends HTMLElement {
  /** @type {Context|null} */
  #context = null;
  /** @type {State|null} */
  #previous = null;
  #life = new AbortController();
  #built = false;

  /** @param {Context} context */
  set context(context) {
    this.#context = context;
  }

  /** @returns {Context} */
  get context() {
    if (!this.#context) throw new Error(`${this.localName} has no context`);
    return this.#context;
  }

  /** Ends when the element leaves the page. */
  get life() {
    return this.#life.signal;
  }

  get state() {
    return this.context.store.getState();
  }

  get text() {
    return this.context.text;
  }

  connectedCallback() {
    this.#life = new AbortController();
    if (!this.#built) {
      this.#built = true;
      this.build();
    }
    this.connected();
    const unsubscribe = this.context.store.subscribe(this.#changed);
    this.life.addEventListener('abort', unsubscribe, { once: true });
    this.#previous = null;
    this.#changed();
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  /** Makes the DOM; once. */
  build() {}

  /** Each time the element enters the page: listeners with `signal: this.life`. */
  connected() {}

  /**
   * Brings the DOM in line with the state. Called once after entering the page and after each change.
   * @param {State} _state
   * @param {State|null} _previous null the first time
   */
  render(_state, _previous) {}

  /** @param {Gesture} detail */
  send(detail) {
    gesture(this, detail);
  }

  #changed = () => {
    const state = this.state;
    if (state === this.#previous) return;
    const previous = this.#previous;
    this.#previous = state;
    this.render(state, previous);
  };
}
