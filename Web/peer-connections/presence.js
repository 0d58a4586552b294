// @ts-check
/** Who sends what, as the server says it, and what of it is in sight here. */
export class Presence {
  /** Everybody in the room, oneself included. */
  people = 1;
  /** @type {Set<string>} */
  #sending = new Set();
  /** @type {Set<string>} ids of tracks */
  #on = new Set();
  /** @type {Set<string>} ids of tracks */
  #visible = new Set();

  /** @param {readonly import('../types/state.js').Participant[]} participants */
  update(participants) {
    this.people = participants.length;
    const tracks = participants.filter(({ state }) => state === 'connected').flatMap(({ id, microphone, camera, screen }) =>
      Object.entries({ microphone, camera, screen }).flatMap(([source, state]) => (state === 'on' ? [{ id, source }] : [])));
    this.#sending = new Set(tracks.map(({ id }) => id));
    this.#on = new Set(tracks.map(({ id, source }) => `${id}/${source}`));
  }

  /** @param {readonly {track: string}[]} tiles */
  see(tiles) {
    this.#visible = new Set(tiles.map(({ track }) => track));
  }

  /** @param {string} participant whether anything comes from there */
  sends(participant) {
    return this.#sending.has(participant);
  }

  /** @param {string} trackId */
  isOn(trackId) {
    return this.#on.has(trackId);
  }

  /** What one would miss if it did not come: the voice, and the pictures in sight. @param {string} participant @returns {string[]} ids of tracks */
  missed(participant) {
    const pictures = [`${participant}/camera`, `${participant}/screen`].filter((trackId) => this.#visible.has(trackId));
    return [`${participant}/microphone`, ...pictures].filter((trackId) => this.#on.has(trackId));
  }
}
