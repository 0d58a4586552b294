// @ts-check
/**
 * Who is speaking, steadied: a ring that flickers with every syllable would be worse than none.
 *
 * @typedef {Object} Voice
 * @property {number} since when it became loud, 0 while quiet
 * @property {number} last when it was last loud
 * @property {number} loudness smoothed, for the order
 * @property {boolean} speaking
 */

/** Linear level above which sound counts as speech; about -40 dBFS. */
const THRESHOLD = 0.01;
const ATTACK_MS = 250;
const RELEASE_MS = 800;
/** Pauses between syllables that do not start the attack anew. */
const PAUSE_MS = 200;
const SMOOTHING = 0.2;

/**
 * @param {ReadonlyMap<string, Voice>} voices as the last call returned them
 * @param {ReadonlyMap<string, number>} levels 0…1 by participant, muted ones left out
 * @param {number} now
 * @returns {Map<string, Voice>}
 */
export function heard(voices, levels, now) {
  return new Map([...levels].map(([id, level]) => [id, step(voices.get(id), level, now)]));
}

/**
 * @param {Voice|undefined} before
 * @param {number} level
 * @param {number} now
 * @returns {Voice}
 */
function step(before, level, now) {
  const voice = before ?? { since: 0, last: 0, loudness: 0, speaking: false };
  const loudness = voice.loudness + (level - voice.loudness) * SMOOTHING;
  if (level >= THRESHOLD) {
    const since = voice.since || now;
    return { since, last: now, loudness, speaking: voice.speaking || now - since >= ATTACK_MS };
  }
  const quiet = now - voice.last;
  const speaking = voice.speaking && quiet < RELEASE_MS;
  return { since: speaking || quiet < PAUSE_MS ? voice.since : 0, last: voice.last, loudness, speaking };
}

/**
 * @param {ReadonlyMap<string, Voice>} voices
 * @param {readonly string[]} before keeps its order unless somebody is clearly louder, so that tiles do not dance
 * @returns {string[]} loudest first
 */
export function speakers(voices, before = []) {
  const speaking = [...voices].filter(([, voice]) => voice.speaking);
  const rank = new Map(before.map((id, index) => [id, index]));
  return speaking
    .map(([id, voice]) => ({ id, weight: voice.loudness * (rank.get(id) === 0 ? 1.5 : 1) }))
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}
