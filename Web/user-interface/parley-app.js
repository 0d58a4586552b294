// @ts-check
/**
 * The page: one screen at a time by the meeting's state, dialogs and toasts over it.
 *
 * @typedef {import('../types/state.js').State} State
 */
import { listenShortcuts } from '../controls/keyboard-shortcuts.js';
import { setAttribute } from './dom.js';
import { MeetingElement } from './element.js';
import { HomeScreen } from './home-screen.js';
import { again, Later } from './later.js';
import { LeftScreen } from './left-screen.js';
import { MeetingScreen } from './meeting-screen.js';
import { PrejoinScreen } from './prejoin-screen.js';
import { ToastList } from './toast-list.js';
import { WaitingScreen } from './waiting-screen.js';

/** @type {Record<State['meetingState'], new () => MeetingElement>} */
const SCREENS = {
  home: HomeScreen,
  prejoin: PrejoinScreen,
  waiting: WaitingScreen,
  joining: MeetingScreen,
  joined: MeetingScreen,
  reconnecting: MeetingScreen,
  left: LeftScreen,
};

/** @type {Record<NonNullable<State['dialog']>, import('./later.js').Load<new () => MeetingElement>>} */
const DIALOGS = {
  help: async (attempt) => (await import(`./help-dialog.js${again(attempt)}`)).HelpDialog,
  devices: async (attempt) => (await import(`./devices-dialog.js${again(attempt)}`)).DevicesDialog,
  invite: async (attempt) => (await import(`./invite-dialog.js${again(attempt)}`)).InviteDialog,
  statistics: async (attempt) => (await import(`./statistics-dialog.js${again(attempt)}`)).StatisticsDialog,
  language: async (attempt) => (await import(`./language-dialog.js${again(attempt)}`)).LanguageDialog,
};

export class ParleyApp extends MeetingElement {
  /** @type {MeetingElement|null} */
  #screen = null;
  /** @type {MeetingElement|null} */
  #dialog = null;
  /** @type {State['dialog']} */
  #dialogName = null;
  #toasts = new ToastList();
  #dialogs = new Later(DIALOGS);

  build() {
    this.#toasts.context = this.context;
    this.append(this.#toasts);
  }

  connected() {
    const shownTiles = () => (this.#screen instanceof MeetingScreen ? this.#screen.stage.shownTiles : []);
    listenShortcuts(this, () => this.state, shownTiles, this.life);
  }

  /** @param {State} state @param {State|null} previous */
  render(state, previous) {
    setAttribute(this, 'data-screen', state.meetingState);
    if (state.meetingState !== previous?.meetingState) this.#prepare(state.meetingState);
    const Screen = SCREENS[state.meetingState];
    if (!(this.#screen instanceof Screen)) this.#showScreen(new Screen());
    if (state.dialog !== this.#dialogName) this.#openDialog(state.dialog);
  }

  /** @param {State['meetingState']} meetingState */
  #prepare(meetingState) {
    if (meetingState === 'joined') this.#dialogs.whenIdle();
    if (meetingState === 'prejoin') this.#dialogs.whenIdle(['devices', 'help']);
  }

  /** @param {MeetingElement} screen */
  #showScreen(screen) {
    screen.context = this.context;
    for (const menu of this.querySelectorAll(':popover-open')) if (menu instanceof HTMLElement) menu.hidePopover();
    if (this.#screen) this.#screen.replaceWith(screen);
    else this.prepend(screen);
    this.#screen = screen;
  }

  /** @param {State['dialog']} name */
  async #openDialog(name) {
    this.#dialogName = name;
    this.#dialog?.remove();
    this.#dialog = null;
    if (!name) return;
    const Dialog = await this.#dialogs.bring(name);
    // Closed, or the page built anew, while it was loading.
    if (this.#dialogName !== name || !this.isConnected) return;
    this.#dialog = new Dialog();
    this.#dialog.context = this.context;
    this.append(this.#dialog);
  }
}

customElements.define('parley-app', ParleyApp);
