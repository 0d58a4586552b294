// @ts-check
/**
 * Soft short sounds, made of two sine tones each; no file to load.
 * @typedef {'joined'|'left'|'hand'|'message'} SoundName
 */

/** Frequencies in Hz, one after the other. @type {Record<SoundName, number[]>} */
const melodies = {
  joined: [523.25, 783.99],
  left: [659.25, 440],
  hand: [880, 1046.5, 880],
  message: [987.77],
};
const NOTE_SECONDS = 0.12;
const LOUDNESS = 0.06;

/**
 * @param {AudioContext} context
 * @param {SoundName} name
 */
export function playSound(context, name) {
  if (context.state !== 'running') return;
  melodies[name].forEach((frequency, index) => playNote(context, frequency, context.currentTime + index * NOTE_SECONDS * 0.8, NOTE_SECONDS, LOUDNESS));
}

/**
 * @param {BaseAudioContext} context
 * @param {number} frequency
 * @param {number} start
 * @param {number} seconds
 * @param {number} loudness
 * @param {AudioNode} [output]
 */
function playNote(context, frequency, start, seconds, loudness, output = context.destination) {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loudness, start + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + seconds);
  oscillator.connect(gain).connect(output);
  oscillator.start(start);
  oscillator.stop(start + seconds);
}

/** C, E, G, C: a chord taken apart says "this is your speaker" on every loudspeaker. */
const TEST_MELODY = [261.63, 329.63, 392, 523.25];

/**
 * The speaker test, on the chosen speaker where the browser lets us choose.
 * @param {{context: AudioContext, speakerId: string, makeAudio: () => HTMLAudioElement}} options
 */
export async function testSpeaker({ context, speakerId, makeAudio }) {
  if (context.state === 'suspended') await context.resume();
  const output = context.createMediaStreamDestination();
  const audio = makeAudio();
  audio.srcObject = output.stream;
  // An unplugged speaker: the test is heard on the default one, as the meeting will be.
  if (speakerId && 'setSinkId' in audio) await audio.setSinkId(speakerId).catch(() => {});
  await audio.play();
  TEST_MELODY.forEach((frequency, index) => playNote(context, frequency, context.currentTime + 0.1 + index * 0.25, 0.5, 0.2, output));
  await new Promise((resolve) => setTimeout(resolve, 1_800));
  audio.pause();
  audio.srcObject = null;
}
