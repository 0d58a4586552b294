// @ts-check
/**
 * Plays what the others say: one hidden <audio> a remote track, at the volume chosen for the person, on the chosen speaker.
 *
 * @typedef {import('../types/state.js').State} State
 */
import { MeetingElement } from './element.js';
import { h, Keyed, arrangeChildren } from './dom.js';

const SOURCES = /** @type {const} */ (['microphone', 'screenAudio']);

export class RemoteAudio extends MeetingElement {
  /** @type {Keyed<string, HTMLAudioElement>} */
  #players = new Keyed((track) => h('audio', { data: { track } }));

  connected() {
    this.hidden = true;
    this.context.media.addEventListener('change', () => this.render(this.state), { signal: this.life });
    document.addEventListener('gesture', this.#hear, { signal: this.life });
  }

  /** @param {State} state */
  render(state) {
    const others = state.participants.filter((person) => person.id !== state.you?.id);
    const tracks = others.flatMap((person) => SOURCES.map((source) => `${person.id}/${source}`));
    const playing = tracks.filter((track) => this.context.media.stream(track));
    const players = this.#players.update(playing, (track) => track, (player, track) => this.#update(player, track, state));
    arrangeChildren(this, players);
  }

  /**
   * @param {HTMLAudioElement} player
   * @param {string} track
   * @param {State} state
   */
  #update(player, track, state) {
    const participant = track.slice(0, track.lastIndexOf('/'));
    player.volume = Math.min(1, Math.max(0, state.volume[participant] ?? 1));
    this.#chooseSpeaker(player, state.preferences.speakerId);
    const stream = this.context.media.stream(track) ?? null;
    if (player.srcObject === stream) return;
    player.srcObject = stream;
    this.#play(player);
  }

  /**
   * @param {HTMLAudioElement} player
   * @param {string} speaker
   */
  #chooseSpeaker(player, speaker) {
    if (!('setSinkId' in player) || player.dataset.speaker === speaker) return;
    player.dataset.speaker = speaker;
    // A speaker that is gone: the browser goes on with its own choice.
    player.setSinkId(speaker).catch(() => {});
  }

  /** @param {HTMLAudioElement} player */
  #play(player) {
    player.play().then(() => this.#tellBlocked(), (error) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#tellBlocked(true);
    });
  }

  /** @param {boolean} blocked by default: whether anything that should play does not */
  #tellBlocked(blocked = [...this.querySelectorAll('audio')].some((player) => player.paused)) {
    if (this.isConnected && this.state.soundBlocked !== blocked) this.context.store.dispatch({ type: 'sound-blocked', blocked });
  }

  /** @param {Event} event */
  #hear = (event) => {
    if (!(event instanceof CustomEvent) || event.detail?.type !== 'allow-sound') return;
    for (const player of this.querySelectorAll('audio')) this.#play(player);
  };
}

customElements.define('remote-audio', RemoteAudio);
