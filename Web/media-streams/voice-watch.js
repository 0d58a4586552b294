// @ts-check
/**
 * What the own microphone gives away about a misunderstanding: talking while muted, or a microphone that is on and gives nothing.
 *
 * @typedef {{loudSince: number, lastLoud: number, silentSince: number, talkingMuted: boolean, noSound: boolean}} Watch
 */

const TALKING = 0.02;
const TALKING_MS = 1_200;
const TALK_PAUSE_MS = 400;
const QUIET_AGAIN_MS = 4_000;
/** A working microphone always hisses; exact silence is a switch or a broken driver. */
const EXACT_SILENCE = 0.000_01;
const SILENT_MS = 6_000;

/** @type {Watch} */
export const unwatched = { loudSince: 0, lastLoud: 0, silentSince: 0, talkingMuted: false, noSound: false };

/**
 * @param {Watch} before
 * @param {{loudness: number, muted: boolean, measured: boolean, now: number}} input `measured`: there is a track and a running meter
 * @returns {Watch}
 */
export function watched(before, { loudness, muted, measured, now }) {
  if (!measured) return unwatched;
  const loud = loudness >= TALKING;
  const lastLoud = loud ? now : before.lastLoud;
  const loudSince = loud ? before.loudSince || now : now - before.lastLoud > TALK_PAUSE_MS ? 0 : before.loudSince;
  const silent = loudness < EXACT_SILENCE;
  const silentSince = silent ? before.silentSince || now : 0;
  const talking = loudSince !== 0 && now - loudSince >= TALKING_MS;
  return {
    loudSince,
    lastLoud,
    silentSince,
    talkingMuted: muted && (talking || (before.talkingMuted && now - lastLoud < QUIET_AGAIN_MS)),
    noSound: !muted && silentSince !== 0 && now - silentSince >= SILENT_MS,
  };
}
