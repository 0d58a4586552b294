// @ts-check
/** The sheet of keyboard shortcuts. */
import { SHORTCUTS } from '../controls/keyboard-shortcuts.js';
import { h } from './dom.js';
import { MeetingDialog } from './meeting-dialog.js';

export class HelpDialog extends MeetingDialog {
  titleKey = 'help.title';

  content() {
    const rows = SHORTCUTS.map((shortcut) =>
      h('div', { class: 'shortcut' }, h('dt', {}, h('kbd', {}, shortcut.label ? this.text.say(shortcut.label) : shortcut.key)), h('dd', {}, this.text.say(shortcut.words))));
    return [h('dl', { class: 'shortcuts' }, ...rows), h('p', { class: 'quiet' }, this.text.say('help.note'))];
  }
}

customElements.define('help-dialog', HelpDialog);
