// @ts-check
/**
 * The meeting: stage, bar, panels, and what lies over them. Carries out what needs an element: full screen and picture in picture.
 *
 * @typedef {import('../types/state.js').State} State
 */
import { MeetingToolbar } from '../controls/toolbar.js';
import { h, icon, setAttribute, setText, show } from './dom.js';
import { MeetingElement } from './element.js';
import { again, Later } from './later.js';
import { MeetingStage } from './meeting-stage.js';
import { ReactionLayer } from './reaction-layer.js';
import { RemoteAudio } from './remote-audio.js';
import { StageNotes } from './stage-notes.js';
import { TroubleBanner } from './trouble-banner.js';

/** @type {Record<NonNullable<State['panel']>, import('./later.js').Load<new () => MeetingElement>>} */
const PANELS = {
  chat: async (attempt) => (await import(`./chat-panel.js${again(attempt)}`)).ChatPanel,
  people: async (attempt) => (await import(`./people-panel.js${again(attempt)}`)).PeoplePanel,
};
const IDLE_AFTER_MS = 4000;
const SECOND_MS = 1000;

export class MeetingScreen extends MeetingElement {
  stage = new MeetingStage();
  #joining = h('div', { class: 'joining', role: 'status' });
  #timer = h('span', { class: 'meeting-timer', role: 'timer' });
  #room = h('span', { class: 'meeting-room', dir: 'auto' });
  #lock = icon('lock');
  #shield = h('span', { class: 'meeting-shield', role: 'img', hidden: true }, icon('shield'));
  #bar = h('div', { class: 'meeting-bar' });
  #toolbar = new MeetingToolbar();
  /** Had the focus before the panel took it. @type {Element|null} */
  #beforePanel = null;
  #later = new Later(PANELS);
  /** @type {Set<string>} */
  #panels = new Set();
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #idleTimer;

  build() {
    const { text } = this;
    const parts = [this.stage, this.#toolbar, new ReactionLayer(), new RemoteAudio(), new TroubleBanner(), new StageNotes()];
    for (const part of parts) part.context = this.context;
    const [stage, , reactions, audio, banner, notes] = parts;
    this.#joining.append(h('span', { class: 'spinner', 'aria-hidden': 'true' }), h('p', {}, text.say('joining.text')));
    for (const name of ['aria-label', 'title']) setAttribute(this.#shield, name, text.say('stage.relay-only'));
    const info = h('div', { class: 'meeting-info' }, this.#lock, this.#shield, this.#room, this.#timer);
    this.#bar.append(info, this.#toolbar);
    this.append(
      h('h1', { class: 'visually-hidden' }, text.say('stage.title')),
      h('main', { class: 'meeting-main' }, banner, notes, stage, reactions, this.#joining),
      this.#bar,
      audio);
  }

  connected() {
    const { life: signal } = this;
    const tick = setInterval(() => this.#showTime(this.state), SECOND_MS);
    signal.addEventListener('abort', () => {
      clearInterval(tick);
      clearTimeout(this.#idleTimer);
      delete this.dataset.idle;
    }, { once: true });
    document.addEventListener('gesture', this.#hear, { signal });
    for (const name of ['pointermove', 'pointerdown', 'keydown', 'focusin', 'fullscreenchange']) document.addEventListener(name, this.#wake, { signal });
  }

  /** @param {State} state @param {State|null} previous */
  render(state, previous) {
    if (state.meetingState === 'joined' && previous?.meetingState !== 'joined') this.#later.whenIdle();
    if (previous && state.panel !== previous.panel) this.#keepFocus(previous.panel);
    if (state.panel) this.#bringPanel(state.panel, previous !== null && previous.panel !== state.panel);
    show(this.#joining, state.meetingState === 'joining');
    setAttribute(this, 'data-panel', state.panel);
    setText(this.#room, state.room);
    setAttribute(this.#lock, 'hidden', !state.roomInfo?.locked);
    show(this.#shield, state.roomInfo?.relayOnly === true);
    this.#showTime(state);
  }

  /**
   * @param {NonNullable<State['panel']>} name
   * @param {boolean} isAsked opened just now, not remembered from before
   */
  async #bringPanel(name, isAsked) {
    if (this.#panels.has(name)) return;
    this.#panels.add(name);
    const Panel = await this.#later.bring(name);
    const panel = new Panel();
    panel.context = this.context;
    panel.toggleAttribute('data-asked', isAsked);
    this.#bar.before(panel);
  }

  /**
   * A panel that closes gives the focus back to where it was, else to the button that opens the panel: never to nothing.
   * Runs before the panel itself hears that it closes.
   * @param {State['panel']} closing
   */
  #keepFocus(closing) {
    const focused = document.activeElement;
    if (!closing) return void (this.#beforePanel = focused);
    if (!focused?.closest(`${closing}-panel`)) return;
    const before = this.#beforePanel;
    const button = this.#toolbar.panelButton(closing);
    const target = before instanceof HTMLElement && before !== document.body && before.checkVisibility() ? before : button.checkVisibility() ? button : null;
    if (target) target.focus();
    else if (focused instanceof HTMLElement) focused.blur();
  }

  /** @param {State} state */
  #showTime(state) {
    const started = state.roomInfo?.startedAt;
    setText(this.#timer, started ? this.text.timer(Date.now() + state.clockOffsetMs - started) : '');
  }

  /** In full screen the bar goes away after a while without movement. */
  #wake = () => {
    clearTimeout(this.#idleTimer);
    delete this.dataset.idle;
    if (!document.fullscreenElement) return;
    this.#idleTimer = setTimeout(() => {
      const isBusy = document.querySelector(':popover-open, dialog[open]') || this.querySelector('.meeting-bar :focus-visible');
      if (!isBusy) this.dataset.idle = '';
    }, IDLE_AFTER_MS);
  };

  /** @param {Event} event */
  #hear = (event) => {
    if (!(event instanceof CustomEvent)) return;
    if (event.detail?.type === 'toggle-full-screen') toggleFullScreen();
    if (event.detail?.type === 'toggle-picture-in-picture') togglePictureInPicture(this.stage.mainVideo);
  };
}

function toggleFullScreen() {
  // A refusal (no user gesture, not allowed in a frame) leaves everything as it is.
  if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

/** @param {HTMLVideoElement|null} video */
function togglePictureInPicture(video) {
  if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => {});
  else video?.requestPictureInPicture?.().catch(() => {});
}

customElements.define('meeting-screen', MeetingScreen);
