// @ts-check
/**
 * Plays what the others say: one hidden <audio> a remote track, at the volume chosen for the person, on the chosen speaker. When a track
 * comes by another way, its new player begins unheard, and the old one stops when the new one runs.
 *
 * @typedef {import('../types/state.js').State} State
 */
import { MeetingElement } from './element.js';
import { h } from './dom.js';

const SOURCES = /** @type {const} */ (['microphone', 'screenAudio']);
/** A player that does not begin is heard from then on all the same. */
const PATIENCE_MS = 1_000;

export class RemoteAudio extends MeetingElement {
  /** @type {Map<string, HTMLAudioElement>} */
  #players = new Map();
  /** Players that are not heard yet, with what ends that. @type {Map<HTMLAudioElement, () => void>} */
  #coming = new Map();

  connected() {
    this.hidden = true;
    this.context.media.addEventListener('change', () => this.render(this.state), { signal: this.life });
    document.addEventListener('gesture', this.#hear, { signal: this.life });
  }

  /** @param {State} state */
  render(state) {
    const others = state.participants.filter((person) => person.id !== state.you?.id);
    const tracks = new Set(others.flatMap((person) => SOURCES.map((source) => `${person.id}/${source}`)));
    for (const track of Array.from(this.#players.keys())) if (!tracks.has(track)) this.#set(track, null);
    for (const track of tracks) {
      this.#set(track, this.context.media.stream(track) ?? null);
      const player = this.#players.get(track);
      if (player) this.#update(player, track, state);
    }
  }

  /** @param {string} track @param {MediaProvider|null} stream */
  #set(track, stream) {
    const before = this.#players.get(track);
    if ((before?.srcObject ?? null) === stream) return;
    if (before) this.#coming.get(before)?.();
    if (!stream) {
      this.#players.delete(track);
      if (before) end(before);
      return;
    }
    const player = h('audio', { data: { track } });
    this.#players.set(track, player);
    this.append(player);
    if (before) this.#follow(player, before);
    player.srcObject = stream;
    this.#chooseSpeaker(player, this.state.preferences.speakerId);
    this.#play(player);
  }

  /** Unheard until it runs. @param {HTMLAudioElement} player @param {HTMLAudioElement} before */
  #follow(player, before) {
    player.muted = true;
    const take = () => {
      if (!this.#coming.delete(player)) return;
      clearTimeout(timer);
      player.muted = false;
      end(before);
    };
    const timer = setTimeout(take, PATIENCE_MS);
    this.#coming.set(player, take);
    player.addEventListener('playing', take, { once: true });
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

/** @param {HTMLAudioElement} player */
function end(player) {
  player.srcObject = null;
  player.remove();
}

customElements.define('remote-audio', RemoteAudio);
