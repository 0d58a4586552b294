// @ts-check
/**
 * The page: one screen at a time by the meeting's state, dialogs and toasts over it.
 *
 * @typedef {import('../types/state.js').State} State
 */
import { listenShortcuts } from '../controls/keyboard-shortcuts.js';
import { DevicesDialog } from './devices-dialog.js';
import { setAttribute } from './dom.js';
import { MeetingElement } from './element.js';
import { HelpDialog } from './help-dialog.js';
import { HomeScreen } from './home-screen.js';
import { InviteDialog } from './invite-dialog.js';
import { LanguageDialog } from './language-dialog.js';
import { LeftScreen } from './left-screen.js';
import { MeetingScreen } from './meeting-screen.js';
import { PrejoinScreen } from './prejoin-screen.js';
import { StatisticsDialog } from './statistics-dialog.js';
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

const DIALOGS = { help: HelpDialog, devices: DevicesDialog, invite: InviteDialog, statistics: StatisticsDialog, language: LanguageDialog };

export class ParleyApp extends MeetingElement {
  /** @type {MeetingElement|null} */
  #screen = null;
  /** @type {MeetingElement|null} */
  #dialog = null;
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
    const Dialog = state.dialog && DIALOGS[state.dialog];
    if (Dialog ? !(this.#dialog instanceof Dialog) : this.#dialog) this.#showDialog(Dialog ? new Dialog() : null);
  }

  /** @param {MeetingElement} screen */
  #showScreen(screen) {
    screen.context = this.context;
    for (const menu of this.querySelectorAll(':popover-open')) if (menu instanceof HTMLElement) menu.hidePopover();
    if (this.#screen) this.#screen.replaceWith(screen);
    else this.prepend(screen);
    this.#screen = screen;
  }

  /** @param {MeetingElement|null} dialog */
  #showDialog(dialog) {
    this.#dialog?.remove();
    this.#dialog = dialog;
    if (!dialog) return;
    dialog.context = this.context;
    this.append(dialog);
  }
}

customElements.define('parley-app', ParleyApp);
