// @ts-check
/** Space held down: the microphone is on as long. */
import { gesture } from '../user-interface/dom.js';

/**
 * @param {HTMLElement} root sends the gestures
 * @param {(event: KeyboardEvent) => boolean} isFree whether the key belongs to the page now, not to a field or a button
 * @param {AbortSignal} signal
 */
export function listenPushToTalk(root, isFree, signal) {
  let isHeld = false;
  /** @param {boolean} held */
  const hold = (held) => {
    if (held === isHeld) return;
    isHeld = held;
    gesture(root, { type: 'push-to-talk', held });
  };
  document.addEventListener('keydown', (event) => {
    if (event.code !== 'Space' || !(isHeld || isFree(event))) return;
    event.preventDefault();
    hold(true);
  }, { signal });
  document.addEventListener('keyup', (event) => {
    if (event.code !== 'Space' || !isHeld) return;
    event.preventDefault();
    hold(false);
  }, { signal });
  // A key that goes up in another window is never heard.
  window.addEventListener('blur', () => hold(false), { signal });
  signal.addEventListener('abort', () => hold(false), { once: true });
}
