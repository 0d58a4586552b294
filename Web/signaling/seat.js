// @ts-check
/**
 * The seat of this tab: the resume token, kept through a reload. A duplicated tab copies sessionStorage and must not take its
 * twin's seat, so the living tab holds a lock with the seat's name.
 *
 * @typedef {{room: string, resume: string, name: string, microphone: 'on'|'off', camera: 'on'|'off'}} Seat
 * @typedef {Pick<Storage, 'getItem'|'setItem'|'removeItem'>} SeatStorage
 */

const SEAT = 'parley.seat';
const OWNER = 'parley.owner';
/** A page that is being reloaded lets go of its lock within this time. */
const HANDOVER_MS = 700;

export class SeatKeeper {
  #storage;
  #locks;
  #makeId;

  /**
   * @param {{storage: SeatStorage, locks: LockManager|undefined, makeId: () => string}} options
   *   no locks in an insecure context; there is no camera either
   */
  constructor({ storage, locks, makeId }) {
    this.#storage = storage;
    this.#locks = locks;
    this.#makeId = makeId;
  }

  /**
   * Call once, before anything else.
   * @returns {Promise<Seat|null>} the seat of this tab before it was reloaded
   */
  async claim() {
    const owner = this.#storage.getItem(OWNER);
    if (owner !== null && (await this.#hold(owner))) return this.#read();
    const id = this.#makeId();
    this.forget();
    this.#storage.setItem(OWNER, id);
    await this.#hold(id);
    return null;
  }

  /** @param {Seat} seat */
  keep(seat) {
    this.#storage.setItem(SEAT, JSON.stringify(seat));
  }

  /** @param {Partial<Seat>} change */
  change(change) {
    const seat = this.#read();
    if (seat) this.keep({ ...seat, ...change });
  }

  forget() {
    this.#storage.removeItem(SEAT);
  }

  /**
   * @param {string} id
   * @returns {Promise<boolean>} false when another tab lives under this name
   */
  #hold(id) {
    const locks = this.#locks;
    if (!locks) return Promise.resolve(true);
    return new Promise((resolve) => {
      const signal = AbortSignal.timeout(HANDOVER_MS);
      const forAsLongAsThePageLives = () => {
        resolve(true);
        return new Promise(() => {});
      };
      locks.request(`parley.seat.${id}`, { signal }, forAsLongAsThePageLives).catch(() => resolve(false));
    });
  }

  /** @returns {Seat|null} */
  #read() {
    try {
      const seat = JSON.parse(this.#storage.getItem(SEAT) ?? 'null');
      const texts = [seat?.room, seat?.resume, seat?.name];
      return texts.every((text) => typeof text === 'string') ? seat : null;
    } catch {
      return null;
    }
  }
}

/**
 * A name of our own for this browser, for bans to hold and hosts to come back. Not kept where storage is forbidden.
 * @param {Pick<Storage, 'getItem'|'setItem'>} storage
 * @param {() => string} makeId
 */
export function deviceId(storage, makeId) {
  try {
    const known = storage.getItem('parley.device');
    if (known) return known;
    const fresh = makeId();
    storage.setItem('parley.device', fresh);
    return fresh;
  } catch {
    return makeId();
  }
}
