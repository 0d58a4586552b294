// @ts-check
/** The link of the meeting, to copy, to share, to scan. */
import { h, icon } from './dom.js';
import { MeetingDialog } from './meeting-dialog.js';
import { encodeQR } from './qr-encoder.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Light modules around the symbol (ISO/IEC 18004 9.1). */
const QUIET_ZONE = 4;

export class InviteDialog extends MeetingDialog {
  titleKey = 'invite.title';

  content() {
    const link = `${location.origin}/r/${encodeURIComponent(this.state.room)}`;
    const field = h('input', { type: 'text', readonly: true, value: link, dir: 'ltr', 'aria-label': this.text.say('invite.link') });
    field.addEventListener('focus', () => field.select());
    // Marked as well: where the browser does not let pages copy, two keys finish it.
    const copyLink = () => {
      field.select();
      this.send({ type: 'copy-link' });
    };
    const copy = h('button', { type: 'button', class: 'button is-primary', on: { click: copyLink } }, icon('link'), this.text.say('invite.copy'));
    const code = drawCode(link, this.text.say('invite.code'));
    return [
      h('p', {}, this.text.say('invite.text')),
      h('div', { class: 'field-line' }, field, copy),
      code && h('figure', { class: 'code' }, code, h('figcaption', {}, this.text.say('invite.scan'))),
    ];
  }
}

/**
 * @param {string} link
 * @param {string} label
 */
function drawCode(link, label) {
  const modules = encodeQR(link);
  if (!modules) return null;
  const size = modules.length + 2 * QUIET_ZONE;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  const path = document.createElementNS(SVG, 'path');
  const dark = modules.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x + QUIET_ZONE} ${y + QUIET_ZONE}h1v1h-1z`] : [])));
  path.setAttribute('d', dark.join(''));
  path.setAttribute('shape-rendering', 'crispEdges');
  svg.append(path);
  return svg;
}

customElements.define('invite-dialog', InviteDialog);
