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

/**
 * Loaded when first opened: most meetings need none of them.
 * @type {Record<NonNullable<State['dialog']>, () => Promise<new () => MeetingElement>>}
 */
const DIALOGS = {
  help: async () => (await import('./help-dialog.js')).HelpDialog,
  devices: async () => (await import('./devices-dialog.js')).DevicesDialog,
  invite: async () => (await import('./invite-dialog.js')).InviteDialog,
  statistics: async () => (await import('./statistics-dialog.js')).StatisticsDialog,
  language: async () => (await import('./language-dialog.js')).LanguageDialog,
};

export class ParleyApp extends MeetingElement {
  /** @type {MeetingElement|null} */
  #screen = null;
  /** @type {MeetingElement|null} */
  #dialog = null;
  /** @type {State['dialog']} */
  #dialogName = null;
  #toasts = new ToastList();

  build() {
    this.#toasts.context = this.context;
    this.append(this.#toasts);
  }

  connected() {
    const shownTiles = () => (this.#screen instanceof MeetingScreen ? this.#screen.stage.shownTiles : []);
    listenShortcuts(this, () => this.state, shownTiles, this.life);
  }

  /** @param {State} state */
  render(state) {
    setAttribute(this, 'data-screen', state.meetingState);
    const Screen = SCREENS[state.meetingState];
    if (!(this.#screen instanceof Screen)) this.#showScreen(new Screen());
    if (state.dialog !== this.#dialogName) this.#openDialog(state.dialog);
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
    const Dialog = await DIALOGS[name]();
    // Closed, or the page built anew, while it was loading.
    if (this.#dialogName !== name || !this.isConnected) return;
    this.#dialog = new Dialog();
    this.#dialog.context = this.context;
    this.append(this.#dialog);
  }
}

customElements.define('parley-app', ParleyApp);
