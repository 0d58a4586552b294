// @ts-check
/**
 * The numbers of each track that is received, out of the same report that tells about the whole link; pure.
 *
 * @typedef {import('../types/state.js').TrackStatistics} TrackStatistics
 * @typedef {import('./statistics.js').Report} Report
 * @typedef {{at: number, received: number, packets: number, lost: number}} TrackCounters
 */
import { loss, rate } from './statistics.js';

/** By mid. @type {ReadonlyMap<string, TrackCounters>} */
export const noTracks = new Map();

/**
 * @param {Report} report
 * @param {ReadonlyMap<string, TrackCounters>} before as the last call returned them
 * @param {number} now
 * @returns {{counters: ReadonlyMap<string, TrackCounters>, tracks: [mid: string, TrackStatistics][]}} lines on which nothing ever came
 *   are left out
 */
export function measureTracks(report, before, now) {
  const entries = new Map(report);
  const inbound = [...entries.values()].filter(({ type, mid, packetsReceived }) => type === 'inbound-rtp' && typeof mid === 'string' && packetsReceived > 0);
  /** @type {Map<string, TrackCounters>} */
  const counters = new Map();
  /** @type {[string, TrackStatistics][]} */
  const tracks = inbound.map((entry) => {
    const counted = { at: now, received: entry.bytesReceived ?? 0, packets: entry.packetsReceived ?? 0, lost: entry.packetsLost ?? 0 };
    const last = before.get(entry.mid) ?? { ...counted, at: now };
    counters.set(entry.mid, counted);
    return [entry.mid, {
      kind: entry.kind,
      codec: (entries.get(entry.codecId)?.mimeType ?? '').split('/')[1] ?? '',
      width: entry.frameWidth ?? 0,
      height: entry.frameHeight ?? 0,
      framesPerSecond: Math.round(entry.framesPerSecond ?? 0),
      receivedKbps: rate(last.received, counted.received, now - last.at),
      lossPercent: loss(last, counted),
    }];
  });
  return { counters, tracks };
}
