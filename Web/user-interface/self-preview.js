// @ts-check
/**
 * Oneself before the meeting: large picture, microphone and camera buttons on it, a ring that moves with the voice,
 * and what to know about permissions, said before the browser asks.
 *
 * @typedef {import('../types/state.js').State} State
 */
import { LevelRing } from '../controls/level-ring.js';
import { toolbarButton, updateToolbarButton } from '../controls/toolbar-button.js';
import { h, setAttribute, setText, show } from './dom.js';
import { MeetingElement } from './element.js';
import { face, updateFace } from './face.js';
import { permissionHelpKey } from './permission-help.js';

export class SelfPreview extends MeetingElement {
  #video = h('video', { class: 'tile-video', playsinline: true, autoplay: true, muted: true, set: { muted: true }, tabindex: '-1', 'aria-hidden': 'true' });
  #face = face('');
  #microphone = toolbarButton({ icon: 'microphone', class: 'has-level', click: () => this.send({ type: 'toggle-microphone' }) });
  #camera = toolbarButton({ icon: 'camera', click: () => this.send({ type: 'toggle-camera' }) });
  #note = h('p', { class: 'preview-note' });
  #help = h('div', { class: 'notice is-warning', hidden: true });
  #helpTitle = h('strong');
  #helpText = h('p');
  #ring = new LevelRing(this.#microphone, () => this.context.levels.level('you/microphone'));

  build() {
    const retry = h('button', { type: 'button', class: 'button', on: { click: () => this.send({ type: 'retry-devices' }) } }, this.text.say('permission.retry'));
    this.#help.append(this.#helpTitle, this.#helpText, retry);
    this.append(
      h('div', { class: 'preview-frame' }, this.#face, this.#video, this.#note, h('div', { class: 'preview-buttons' }, this.#microphone, this.#camera)),
      this.#help,
    );
  }

  connected() {
    this.context.media.addEventListener('change', () => this.render(this.state), { signal: this.life });
    this.life.addEventListener('abort', () => (this.#ring.on = false), { once: true });
  }

  /** @param {State} state */
  render(state) {
    const { microphone, camera } = state.local;
    this.#ring.on = microphone.actual === 'on';
    const stream = this.context.media.stream('you/camera') ?? null;
    if (this.#video.srcObject !== stream) this.#video.srcObject = stream;
    if (stream && this.#video.paused) this.#video.play().catch(() => {});
    setAttribute(this, 'data-picture', camera.actual === 'on' && stream !== null);
    setAttribute(this, 'data-mirrored', state.preferences.mirror);
    updateFace(this.#face, state.preferences.name);
    this.#renderButton(this.#microphone, 'microphone', microphone.actual === 'on', 'M');
    this.#renderButton(this.#camera, 'camera', camera.actual === 'on', 'V');
    setText(this.#note, this.#noteText(state));
    this.#renderHelp(state);
  }

  /**
   * @param {HTMLElement} button
   * @param {'microphone'|'camera'} source
   * @param {boolean} isOn
   * @param {string} key
   */
  #renderButton(button, source, isOn, key) {
    updateToolbarButton(button, { name: this.text.say(`toolbar.${source}-${isOn ? 'off' : 'on'}`), caption: '', icon: isOn ? source : `${source}-off`, key, isOff: !isOn });
  }

  /** @param {State} state */
  #noteText(state) {
    const { microphone, camera } = state.local;
    if ([microphone, camera].some(({ permission }) => permission === 'prompt' || permission === 'unknown')) return this.text.say('permission.explain');
    if (camera.actual === 'off') return this.text.say(camera.permission === 'missing' ? 'preview.no-camera' : 'preview.camera-off');
    return '';
  }

  /** @param {State} state */
  #renderHelp(state) {
    const { microphone, camera } = state.local;
    const problem = ['insecure', 'denied', 'busy', 'missing'].find((one) => microphone.permission === one || camera.permission === one);
    show(this.#help, problem !== undefined);
    if (!problem) return;
    const both = microphone.permission === problem && camera.permission === problem;
    const what = both ? 'both' : microphone.permission === problem ? 'microphone' : 'camera';
    setText(this.#helpTitle, this.text.say(`permission.${problem}.${what}`));
    setText(this.#helpText, this.text.say(problem === 'denied' ? permissionHelpKey(navigator.userAgent) : `permission.${problem}.help`));
  }
}

customElements.define('self-preview', SelfPreview);
