// @ts-check
/**
 * Fits what one connection sends to the meeting and to the tiles on the other side.
 *
 * @typedef {import('../types/state.js').Source} Source
 * @typedef {import('../types/messages.js').WantedTrack} WantedTrack
 * @typedef {import('./link.js').Lines} Lines
 */
import { applyEncoding, cameraEncoding, screenEncoding } from './adaptation.js';

export class Sending {
  /** What the other side shows of us. @type {Map<Source, WantedTrack|null>} */
  #wanted = new Map();

  /** @param {readonly WantedTrack[]} video */
  want(video) {
    for (const source of /** @type {const} */ (['camera', 'screen'])) {
      this.#wanted.set(source, video.find(({ track }) => track.endsWith(`/${source}`)) ?? null);
    }
  }

  /** @param {Pick<Lines, 'sender'>} sources @param {number} people in the meeting */
  async adapt(sources, people) {
    const microphone = sources.sender('microphone');
    const camera = sources.sender('camera');
    const screen = sources.sender('screen');
    if (microphone) await applyEncoding(microphone, { maxBitrate: 40_000 }, { priority: 'high' });
    if (camera) await this.#fitCamera(camera, people);
    if (screen) await this.#fitScreen(screen, people);
  }

  /** @param {RTCRtpSender} camera @param {number} people */
  async #fitCamera(camera, people) {
    const captured = camera.track?.getSettings().height ?? 0;
    const encoding = cameraEncoding({ people, captured, wanted: this.#wanted.get('camera') });
    await applyEncoding(camera, encoding, { priority: 'low', degradationPreference: 'balanced' });
  }

  /** @param {RTCRtpSender} screen @param {number} people */
  async #fitScreen(screen, people) {
    const hint = screen.track?.contentHint === 'motion' ? 'motion' : 'detail';
    const encoding = screenEncoding({ people, hint, wanted: this.#wanted.get('screen') });
    const degradationPreference = hint === 'motion' ? 'balanced' : 'maintain-resolution';
    await applyEncoding(screen, encoding, { priority: 'medium', degradationPreference });
  }
}
