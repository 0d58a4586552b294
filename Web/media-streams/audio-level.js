// @ts-check
/**
 * How loud a track is. Own tracks are measured by one shared AudioContext; for the others the level of the packets that are being
 * played is asked for, which costs nothing.
 */
export class AudioLevels {
  #makeContext;
  #remoteLevel;
  /** @type {AudioContext|null} */
  #context = null;
  /** @type {Map<string, {source: MediaStreamAudioSourceNode, analyser: AnalyserNode, samples: Float32Array<ArrayBuffer>, track: MediaStreamTrack}>} */
  #meters = new Map();

  /**
   * @param {{makeContext: () => AudioContext, remoteLevel: (trackId: string) => number}} options
   */
  constructor({ makeContext, remoteLevel }) {
    this.#makeContext = makeContext;
    this.#remoteLevel = remoteLevel;
  }

  /** The page's one AudioContext; sounds use it too. */
  get context() {
    this.#context ??= this.#makeContext();
    return this.#context;
  }

  /** Browsers let a context run only after a gesture, or while capturing. */
  resume() {
    if (this.#context?.state === 'suspended') void this.#context.resume().catch(() => {});
  }

  /**
   * @param {string} trackId
   * @param {MediaStreamTrack|null} track
   * @param {(track: MediaStreamTrack) => MediaStream} makeStream
   */
  measure(trackId, track, makeStream) {
    const meter = this.#meters.get(trackId);
    if (meter) {
      meter.source.disconnect();
      meter.track.stop();
      this.#meters.delete(trackId);
    }
    if (!track) return;
    // A clone stays enabled while the person is muted; only loudness is read from it.
    const own = track.clone();
    own.enabled = true;
    const source = this.context.createMediaStreamSource(makeStream(own));
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 1024;
    source.connect(analyser);
    this.#meters.set(trackId, { source, analyser, samples: new Float32Array(analyser.fftSize), track: own });
    this.resume();
  }

  /**
   * @param {string} trackId
   * @returns {number} 0…1, as a meter shows it: the square root of the loudness, so that speech fills it
   */
  level(trackId) {
    return Math.min(1, Math.sqrt(this.loudness(trackId)) * 1.4);
  }

  /** @param {string} trackId @returns {number} 0…1, linear */
  loudness(trackId) {
    const meter = this.#meters.get(trackId);
    if (!meter) return this.#remoteLevel(trackId);
    meter.analyser.getFloatTimeDomainData(meter.samples);
    return rootMeanSquare(meter.samples);
  }

  /** Whether a measured silence means anything. */
  get isRunning() {
    return this.#context?.state === 'running';
  }
}

/** @param {Float32Array} samples */
export function rootMeanSquare(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}
