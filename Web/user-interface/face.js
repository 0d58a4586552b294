// @ts-check
/** Initials on a quiet colour: a person without a picture. Without a name either: the outline of anybody. */
import { h, icon } from './dom.js';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Up to two letters: of the first and the last word.
 * @param {string} name
 */
export function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return ends.map((word) => firstLetter(word ?? '')).join('');
}

/** @param {string} word */
function firstLetter(word) {
  for (const { segment } of segmenter.segment(word)) return segment.toLocaleUpperCase();
  return '';
}

/**
 * The same person has the same colour everywhere: an angle from the name.
 * @param {string} name
 */
export function hue(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 3600;
  return (sum * 137) % 360;
}

/** @param {string} name */
export function face(name) {
  const element = h('span', { class: 'face', 'aria-hidden': 'true' });
  updateFace(element, name);
  return element;
}

/**
 * @param {HTMLElement} element made by `face`
 * @param {string} name
 */
export function updateFace(element, name) {
  if (element.dataset.name === name) return;
  element.dataset.name = name;
  element.replaceChildren(initials(name) || icon('person'));
  element.style.setProperty('--face-hue', String(hue(name)));
}
