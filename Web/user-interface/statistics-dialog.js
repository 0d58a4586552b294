// @ts-check
/** How the connection is, in numbers: one row a link, and one for each picture that comes over the server's; refreshed with the state. */
import { h } from './dom.js';
import { MeetingDialog } from './meeting-dialog.js';

/** @typedef {import('../types/state.js').State} State */
/** @typedef {import('../types/state.js').LinkState} LinkState */

const COLUMNS = /** @type {const} */ (['person', 'quality', 'round-trip', 'loss', 'received', 'sent', 'picture', 'path', 'codec']);
const NOTHING = COLUMNS.slice(2).map(() => '–');

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
    this.#body.replaceChildren(...links.flatMap(([id, link]) => [this.#row(id, link, state), ...this.#tiles(id, link, state)]));
  }

  /**
   * Each tile whose picture comes by way of the server, and shared screens beside the camera of their link.
   * @param {string} id
   * @param {LinkState} link
   * @param {State} state
   */
  #tiles(id, link, state) {
    const { text } = this;
    const place = (/** @type {string} */ name) => state.participants.findIndex((one) => name.startsWith(`${one.id}/`));
    const inOrder = Object.entries(link.tracks).sort(([left], [right]) => place(left) - place(right) || (left < right ? -1 : 1));
    return inOrder.flatMap(([name, track]) => {
      const trackId = id === 'sfu' ? name : `${id}/${name}`;
      const isScreen = trackId.endsWith('/screen');
      const person = state.participants.find((one) => trackId.startsWith(`${one.id}/`));
      if (track.kind !== 'video' || !person || (id !== 'sfu' && !isScreen)) return [];
      const title = isScreen ? text.say('tile.screen', { name: person.name }) : person.name;
      const { statistics } = link;
      return [this.#line(title, ['–', ...(statistics ? this.#numbers(id, { ...statistics, ...track }, false) : NOTHING)])];
    });
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
    // The pictures of the link to the server have rows of their own.
    const own = statistics && id === 'sfu' ? { ...statistics, width: 0, codec: '' } : statistics;
    return this.#line(name, [word, ...(own ? this.#numbers(id, own, true) : NOTHING)]);
  }

  /**
   * @param {string} id of the link
   * @param {import('../types/state.js').LinkStatistics} statistics
   * @param {boolean} isLink what is sent is the link's, not the track's
   */
  #numbers(id, statistics, isLink) {
    const { text } = this;
    const { path } = statistics;
    const isDirect = path === 'udp' || path === 'tcp';
    return [
      text.say('unit.ms', { value: Math.round(statistics.roundTripMs) }),
      text.say('unit.percent', { value: statistics.lossPercent }),
      text.say('unit.kbps', { value: Math.round(statistics.receivedKbps) }),
      isLink ? text.say('unit.kbps', { value: Math.round(statistics.sentKbps) }) : '–',
      statistics.width ? `${statistics.width}×${statistics.height}, ${text.number(Math.round(statistics.framesPerSecond))}/s` : '–',
      text.say(id === 'sfu' && isDirect ? `path.server-${path}` : `path.${path}`),
      statistics.codec || '–',
    ];
  }

  /** @param {string} name @param {readonly string[]} cells */
  #line(name, cells) {
    const labels = COLUMNS.slice(1).map((column) => this.text.say(`statistics.${column}`));
    return h('tr', {}, h('th', { scope: 'row', dir: 'auto' }, name), ...cells.map((cell, index) => h('td', { data: { label: labels[index] ?? '' } }, cell)));
  }
}

customElements.define('statistics-dialog', StatisticsDialog);
