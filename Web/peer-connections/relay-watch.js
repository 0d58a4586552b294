// @ts-check
/**
 * Whether the relays could be reached, from what gathering told. One link's own view; pure but for its memory.
 *
 * @typedef {import('../types/messages.js').IceServer} IceServer
 * @typedef {import('../types/state.js').RelayTrouble} RelayTrouble
 */
import { isRelay } from './hidden-addresses.js';

/** Error codes from here on are the browser's own: nothing came back. Below it the server has answered. */
const NO_ANSWER = 700;
/** A relay that works answers within this time. Browsers wait 40 s for one before they complain, and every restart begins anew. */
const SILENCE_MS = 8_000;

export class RelayWatch {
  /** @type {string[]} */
  #urls = [];
  /** Latest error code by URL, of this gathering. @type {Map<string, number>} */
  #errors = new Map();
  /** Since when a relay is looked for in vain, through restarts; null once one was found. @type {number|null} */
  #searchingSince = null;
  /** @type {RelayTrouble|null} */
  #verdict = null;

  /** @param {readonly IceServer[]} iceServers */
  constructor(iceServers) {
    this.configure(iceServers);
  }

  /** @param {readonly IceServer[]} iceServers */
  configure(iceServers) {
    this.#urls = relayUrls(iceServers);
    if (!this.#urls.length) this.#verdict = null;
  }

  /** Gathering begins. What was found stands until it finds something else. @param {number} now */
  begin(now) {
    this.#errors.clear();
    this.#searchingSince ??= now;
  }

  /** @param {string} candidate of our own */
  candidate(candidate) {
    if (!isRelay(candidate)) return;
    this.#searchingSince = null;
    this.#verdict = null;
  }

  /** @param {{url: string, errorCode: number}} error */
  failed({ url, errorCode }) {
    const name = normalized(url);
    if (!this.#urls.includes(name)) return;
    this.#errors.set(name, errorCode);
    if (this.#errors.size === this.#urls.length) this.#judge();
  }

  /** Gathering is over, or the connection is. */
  ended() {
    this.#judge();
  }

  /** null: a relay answered, or there is none, or nobody knows yet. @param {number} now */
  verdict(now) {
    if (this.#searchingSince !== null && now - this.#searchingSince >= SILENCE_MS) this.#judge();
    return this.#verdict;
  }

  #judge() {
    if (this.#searchingSince === null || !this.#urls.length) return;
    const answered = [...this.#errors.values()].some((code) => code < NO_ANSWER);
    this.#verdict = { kind: answered ? 'refused' : 'unreachable', ports: ports(this.#urls) };
  }
}

/** @param {readonly IceServer[]} iceServers */
function relayUrls(iceServers) {
  const urls = iceServers.flatMap((server) => server.urls).filter((url) => /^turns?:/i.test(url));
  return [...new Set(urls.map(normalized))];
}

/** With the port and the transport that the URL leaves out, as the browser names it in its errors. @param {string} url */
function normalized(url) {
  const { scheme = '', host = '', port, transport } = /^(?<scheme>turns?):(?<host>\[[^\]]*\]|[^:?]*)(?::(?<port>\d+))?(?:\?transport=(?<transport>\w+))?$/i.exec(url)?.groups ?? {};
  const isSecure = scheme.toLowerCase() === 'turns';
  return `${scheme}:${host}:${port ?? (isSecure ? '5349' : '3478')}?transport=${transport ?? (isSecure ? 'tcp' : 'udp')}`.toLowerCase();
}

/** @param {readonly string[]} urls normalized */
function ports(urls) {
  const all = urls.map((url) => /:(\d+)\?/.exec(url)?.[1] ?? '');
  return [...new Set(all)];
}
