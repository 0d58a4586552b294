// @ts-check
/**
 * Which way media goes, as the server says it: `prepare` opens the new way beside the old one, `commit` ends the old one.
 *
 * @typedef {'mesh'|'sfu'} Mode
 * @typedef {{mode: Mode, phase: 'prepare'|'commit', epoch: number}} Said
 */
export class Topology {
  /** @type {Said} */
  #said = { mode: 'mesh', phase: 'commit', epoch: 0 };

  /** Where everybody is going, or is already. */
  get mode() {
    return this.#said.mode;
  }

  get phase() {
    return this.#said.phase;
  }

  /** Own tracks go to the server. */
  get isByServer() {
    return this.mode === 'sfu' || this.phase === 'prepare';
  }

  /** On the way from the server back to each other. */
  get isLeavingServer() {
    return this.mode === 'mesh' && this.phase === 'prepare';
  }

  /** Everything goes from one to the other, nothing by the server. */
  get isMesh() {
    return this.mode === 'mesh' && this.phase === 'commit';
  }

  /**
   * @param {Said} said
   * @returns {boolean} whether it is news: what is older than what is known is not
   */
  take({ mode, phase, epoch }) {
    const before = this.#said;
    if (epoch < before.epoch) return false;
    // A commit that was heard is not taken back by its own prepare, told again after a reconnection.
    if (epoch === before.epoch && mode === before.mode && (phase === before.phase || phase === 'prepare')) return false;
    this.#said = { mode, phase, epoch };
    return true;
  }

  /** Of a fresh welcome: the server remembers, or begins anew. @param {Mode} mode @param {number} epoch */
  begin(mode, epoch) {
    const before = this.#said;
    this.#said = { mode, phase: 'commit', epoch };
    return mode !== before.mode || epoch !== before.epoch || before.phase !== 'commit';
  }
}
