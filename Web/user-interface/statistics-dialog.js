// @ts-check
/** How the connection is, in numbers, one row a person; refreshed with the state. */
import { h } from './dom.js';
import { MeetingDialog } from './meeting-dialog.js';

const COLUMNS = /** @type {const} */ (['person', 'quality', 'round-trip', 'loss', 'received', 'sent', 'picture', 'path', 'codec']);

export class StatisticsDialog extends MeetingDialog {
  titleKey = 'statistics.title';
  #body = h('tbody');
  #empty = h('p', { class: 'quiet' });

  content() {
    const head = h('tr', {}, ...COLUMNS.map((column) => h('th', { scope: 'col' }, this.text.say(`statistics.${column}`))));
    this.#empty.textContent = this.text.say('statistics.empty');
    return [h('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': this.text.say('statistics.title') }, h('table', {}, h('thead', {}, head), this.#body)), this.#empty];
  }

  /** @param {import('../types/state.js').State} state */
  render(state) {
    const links = Object.entries(state.links);
    this.#empty.hidden = links.length > 0;
    this.#body.replaceChildren(...links.map(([id, link]) => this.#row(id, link, state)));
  }

  /**
   * @param {string} id
   * @param {import('../types/state.js').LinkState} link
   * @param {import('../types/state.js').State} state
   */
  #row(id, { quality, state: linkState, statistics }, state) {
    const { text } = this;
    const name = state.participants.find((person) => person.id === id)?.name ?? text.say('statistics.server');
    const isUp = linkState === 'connected' || linkState === 'unstable';
    const word = text.say(isUp ? `quality.${quality}` : `link.${linkState}`);
    const numbers = statistics && [
      text.say('unit.ms', { value: Math.round(statistics.roundTripMs) }),
      text.say('unit.percent', { value: statistics.lossPercent }),
      text.say('unit.kbps', { value: Math.round(statistics.receivedKbps) }),
      text.say('unit.kbps', { value: Math.round(statistics.sentKbps) }),
      statistics.width ? `${statistics.width}×${statistics.height}, ${text.number(Math.round(statistics.framesPerSecond))}/s` : '–',
      text.say(`path.${statistics.path}`),
      statistics.codec || '–',
    ];
    const cells = numbers || ['–', '–', '–', '–', '–', '–', '–'];
    return h('tr', {}, h('th', { scope: 'row', dir: 'auto' }, name), ...[word, ...cells].map((cell, index) => h('td', { data: { label: text.say(`statistics.${COLUMNS[index + 1]}`) } }, cell)));
  }
}

customElements.define('statistics-dialog', StatisticsDialog);
