// @ts-check
/**
 * Links may carry a token that lets one in: `/r/blue-heron-42?token=…` or `#token=…`. It goes to the server in `hello` and nowhere else:
 * it is taken out of the address at once, so that neither the history nor a copied address holds it, and lives as long as the tab.
 */
import { roomFromPath } from '../state/rooms.js';

const KEY = 'parley.invitation';
/** The server takes no longer one. */
const TOKEN_LENGTH = 4096;

export class Invitations {
  #storage;
  #history;
  #location;

  /**
   * @param {{storage: Pick<Storage, 'getItem'|'setItem'|'removeItem'>, history: Pick<History, 'replaceState'|'state'>,
   *   location: Pick<Location, 'pathname'|'search'|'hash'>}} options
   */
  constructor({ storage, history, location }) {
    this.#storage = storage;
    this.#history = history;
    this.#location = location;
  }

  /** Takes the token out of the address, if there is one. */
  take() {
    const { pathname, search, hash } = this.#location;
    const query = new URLSearchParams(search);
    const fragment = new URLSearchParams(hash.slice(1));
    const token = fragment.get('token') ?? query.get('token');
    if (token === null) return;
    query.delete('token');
    fragment.delete('token');
    this.#history.replaceState(this.#history.state, '', pathname + prefixed('?', query) + prefixed('#', fragment));
    const room = roomFromPath(pathname);
    if (room && token && token.length <= TOKEN_LENGTH) this.#keep({ room, token });
  }

  /**
   * @param {string} room
   * @returns {string|null}
   */
  token(room) {
    const kept = this.#read();
    return kept?.room === room ? kept.token : null;
  }

  /** The server does not take it. */
  forget() {
    this.#storage.removeItem(KEY);
  }

  /** @param {{room: string, token: string}} invitation */
  #keep(invitation) {
    this.#storage.setItem(KEY, JSON.stringify(invitation));
  }

  /** @returns {{room: string, token: string}|null} */
  #read() {
    try {
      const kept = JSON.parse(this.#storage.getItem(KEY) ?? 'null');
      return typeof kept?.room === 'string' && typeof kept.token === 'string' ? kept : null;
    } catch {
      return null;
    }
  }
}

/**
 * @param {string} sign
 * @param {URLSearchParams} parameters
 */
function prefixed(sign, parameters) {
  // `?debug` stays as it was written, not `?debug=`.
  const text = parameters.toString().replaceAll(/=(?=&|$)/g, '');
  return text && sign + text;
}
