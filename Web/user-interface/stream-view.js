// @ts-check
/**
 * Shows one stream after the other without a gap: the next one plays unseen until its first frame is there, and only then takes the
 * place of the last.
 */
import { h } from './dom.js';

/** A stream whose first frame does not come takes the place all the same. */
const PATIENCE_MS = 3_000;
/** From the first frame that is loaded until it is surely painted, where the browser does not say when it is. */
const PAINTED_MS = 150;

const makeVideo = () => h('video', { class: 'tile-video', playsinline: true, autoplay: true, muted: true, set: { muted: true }, tabindex: '-1' });

export class StreamView {
  element = h('div', { class: 'tile-view' });
  #changed;
  #video = makeVideo();
  /** Its first frame is waited for. @type {HTMLVideoElement|null} */
  #next = null;
  #isPlaying = true;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {() => void} changed another stream is there, or none */
  constructor(changed) {
    this.#changed = changed;
    this.element.append(this.#video);
  }

  /** The element that is seen. */
  get video() {
    return this.#video;
  }

  /** What is shown, or will be in a moment. */
  get stream() {
    return (this.#next ?? this.#video).srcObject;
  }

  /** Out of sight nothing is decoded. @param {boolean} isPlaying */
  set isPlaying(isPlaying) {
    this.#isPlaying = isPlaying;
    for (const video of [this.#video, this.#next]) if (video) this.#run(video);
    if (!isPlaying) this.#take();
  }

  /** @param {MediaProvider|null} stream */
  show(stream) {
    this.#drop();
    const hasPicture = this.#video.srcObject !== null && this.#video.videoWidth > 0;
    // A window of its own would close with the element in it.
    const isApart = document.pictureInPictureElement === this.#video;
    if (stream && hasPicture && this.#isPlaying && !isApart) this.#prepare(stream);
    else if (this.#video.srcObject !== stream) {
      this.#video.srcObject = stream;
      this.#run(this.#video);
    }
    this.#changed();
  }

  /** @param {MediaProvider} stream */
  #prepare(stream) {
    const next = makeVideo();
    this.#next = next;
    next.srcObject = stream;
    this.#video.before(next);
    const take = () => { if (this.#next === next) this.#take(); };
    next.requestVideoFrameCallback?.(take);
    next.addEventListener('loadeddata', () => setTimeout(take, PAINTED_MS), { once: true });
    this.#timer = setTimeout(take, PATIENCE_MS);
    this.#run(next);
  }

  /** The next one is the one. */
  #take() {
    const next = this.#next;
    if (!next) return;
    clearTimeout(this.#timer);
    this.#next = null;
    const old = this.#video;
    this.#video = next;
    old.srcObject = null;
    old.remove();
    this.#changed();
  }

  /** The next one is not wanted any more. */
  #drop() {
    clearTimeout(this.#timer);
    if (!this.#next) return;
    this.#next.srcObject = null;
    this.#next.remove();
    this.#next = null;
  }

  /** @param {HTMLVideoElement} video */
  #run(video) {
    // Muted video may always play; a refusal means that the stream ended meanwhile.
    if (this.#isPlaying && video.srcObject) video.play().catch(() => {});
    else video.pause();
  }
}
