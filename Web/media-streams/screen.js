// @ts-check
/**
 * Own shared screen, whole or in part, with its sound where the browser gives it.
 *
 * @typedef {Object} ScreenEvents
 * @property {(change: Partial<import('../types/state.js').LocalSource>) => void} changed
 * @property {(source: 'screen'|'screenAudio', track: MediaStreamTrack|null) => void} track
 * @property {(reason: 'denied'|'failed') => void} refused
 */
export class ScreenShare {
  #devices;
  #events;
  /** @type {Map<'screen'|'screenAudio', MediaStreamTrack>} */
  #tracks = new Map();
  #asking = false;

  /** @param {{mediaDevices: MediaDevices|undefined, events: ScreenEvents}} options */
  constructor({ mediaDevices, events }) {
    this.#devices = mediaDevices;
    this.#events = events;
  }

  /** Phones have no screen to share. */
  get isPossible() {
    return typeof this.#devices?.getDisplayMedia === 'function';
  }

  /** @param {'screen'|'screenAudio'} source */
  track(source) {
    return this.#tracks.get(source) ?? null;
  }

  /** Must be called right from a click. @param {'motion'|'detail'} [hint] */
  async start(hint = 'detail') {
    if (this.#asking || this.#tracks.size || !this.#devices || !this.isPossible) return;
    this.#asking = true;
    this.#events.changed({ wanted: 'on' });
    try {
      this.#adopt(await this.#devices.getDisplayMedia(constraints(hint)), hint);
    } catch (error) {
      this.#events.changed({ wanted: 'off', actual: 'off' });
      this.#events.refused(error instanceof Error && error.name === 'NotAllowedError' ? 'denied' : 'failed');
    } finally {
      this.#asking = false;
    }
  }

  stop() {
    for (const [source, track] of this.#tracks) {
      track.onended = null;
      this.#tracks.delete(source);
      this.#events.track(source, null);
      track.stop();
    }
    this.#events.changed({ wanted: 'off', actual: 'off' });
  }

  /** @param {MediaStream} stream @param {'motion'|'detail'} hint */
  #adopt(stream, hint) {
    const [video] = stream.getVideoTracks();
    const [audio] = stream.getAudioTracks();
    if (!video) return this.stop();
    video.contentHint = hint;
    // The browser's own "Stop sharing" bar ends the track.
    video.onended = () => this.stop();
    this.#tracks.set('screen', video);
    this.#events.track('screen', video);
    if (audio) {
      audio.contentHint = 'music';
      this.#tracks.set('screenAudio', audio);
      this.#events.track('screenAudio', audio);
    }
    this.#events.changed({ actual: 'on', permission: 'granted' });
  }
}

/**
 * @param {'motion'|'detail'} hint
 * @returns {DisplayMediaStreamOptions}
 */
function constraints(hint) {
  const frameRate = hint === 'motion' ? { ideal: 30, max: 30 } : { ideal: 15, max: 15 };
  return {
    video: { frameRate, width: { max: 2560 }, height: { max: 1600 } },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  };
}
