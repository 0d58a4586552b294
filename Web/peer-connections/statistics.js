// @ts-check
/**
 * The one place where getStats is read. Reports go in as they are, numbers for people come out; pure.
 *
 * @typedef {import('../types/state.js').LinkStatistics} LinkStatistics
 * @typedef {'good'|'weak'|'bad'} Quality
 * @typedef {{at: number, received: number, sent: number, packets: number, lost: number}} Counters
 * @typedef {{counters: Counters, statistics: LinkStatistics, uploadKbps: number}} Summary
 * @typedef {Iterable<[string, any]>} Report an RTCStatsReport; browsers differ too much for closer types
 */

/** @type {Counters} */
export const noCounters = { at: 0, received: 0, sent: 0, packets: 0, lost: 0 };

/**
 * @param {Report} report
 * @param {Counters} before
 * @param {number} now
 * @returns {Summary}
 */
export function summarize(report, before, now) {
  const entries = new Map(report);
  const all = [...entries.values()];
  const inbound = all.filter(({ type }) => type === 'inbound-rtp');
  const pair = selectedPair(entries, all);
  const counters = {
    at: now,
    received: received(pair, inbound),
    sent: Math.max(pair?.bytesSent ?? 0, sum(all.filter(({ type }) => type === 'outbound-rtp'), 'bytesSent')),
    packets: sum(inbound, 'packetsReceived'),
    lost: sum(inbound, 'packetsLost'),
  };
  const video = inbound.filter(({ kind }) => kind === 'video').sort((a, b) => (b.frameWidth ?? 0) - (a.frameWidth ?? 0))[0];
  const codec = entries.get(video?.codecId)?.mimeType ?? '';
  return {
    counters,
    uploadKbps: all.some(isHeldBack) ? Math.round((pair?.availableOutgoingBitrate ?? Infinity) / 1000) : Infinity,
    statistics: {
      roundTripMs: Math.round((pair?.currentRoundTripTime ?? 0) * 1000),
      lossPercent: loss(before, counters),
      receivedKbps: rate(before.received, counters.received, now - before.at),
      sentKbps: rate(before.sent, counters.sent, now - before.at),
      path: path(entries.get(pair?.localCandidateId), entries.get(pair?.remoteCandidateId)),
      codec: codec.split('/')[1] ?? '',
      width: video?.frameWidth ?? 0,
      height: video?.frameHeight ?? 0,
      framesPerSecond: Math.round(video?.framesPerSecond ?? 0),
    },
  };
}

/**
 * All bytes that ever came over the link.
 * @param {Report} report
 */
export function bytesReceived(report) {
  const entries = new Map(report);
  const all = [...entries.values()];
  return received(selectedPair(entries, all), all.filter(({ type }) => type === 'inbound-rtp'));
}

/** What headers add to a packet of media, in bytes. */
const OVERHEAD = 40;

/**
 * Firefox counts nothing at the pair, and media without its headers.
 * @param {any} pair
 * @param {any[]} inbound
 */
function received(pair, inbound) {
  return Math.max(pair?.bytesReceived ?? 0, sum(inbound, 'bytesReceived') + sum(inbound, 'packetsReceived') * OVERHEAD);
}

/**
 * Chromium names the pair in the transport; Firefox marks the pair itself.
 * @param {Map<string, any>} entries
 * @param {any[]} all
 */
function selectedPair(entries, all) {
  const transport = all.find(({ type }) => type === 'transport');
  return entries.get(transport?.selectedCandidatePairId) ?? all.find(({ type, selected }) => type === 'candidate-pair' && selected);
}

/** The estimate says nothing while there is little to send. @param {any} entry */
function isHeldBack({ type, active, qualityLimitationReason }) {
  return type === 'outbound-rtp' && active !== false && qualityLimitationReason === 'bandwidth';
}

/** @param {any[]} entries @param {string} name @returns {number} */
function sum(entries, name) {
  return entries.reduce((total, entry) => total + (entry[name] ?? 0), 0);
}

/** @param {Pick<Counters, 'packets'|'lost'>} before @param {Pick<Counters, 'packets'|'lost'>} now @returns {number} percent */
export function loss(before, now) {
  const lost = Math.max(0, now.lost - before.lost);
  const expected = Math.max(0, now.packets - before.packets) + lost;
  return expected ? Math.round((lost / expected) * 1000) / 10 : 0;
}

/** @param {number} before @param {number} now bytes @param {number} milliseconds @returns {number} kilobits a second */
export function rate(before, now, milliseconds) {
  return milliseconds > 0 && now >= before ? Math.round(((now - before) * 8) / milliseconds) : 0;
}

/** How we reach our own relay; how the others reach theirs only they know. @type {Map<string, LinkStatistics['path']>} */
const relayPaths = new Map([['udp', 'relay-udp'], ['tcp', 'relay-tcp'], ['tls', 'relay-tls']]);

/** @param {any} local candidate @param {any} remote candidate @returns {LinkStatistics['path']} */
function path(local, remote) {
  if (local?.candidateType === 'relay') return relayPaths.get(local.relayProtocol) ?? 'relay';
  if (remote?.candidateType === 'relay') return 'relay';
  return local?.protocol === 'tcp' ? 'tcp' : 'udp';
}

/** Samples that must agree before the shown quality changes: quick to warn, slow to calm down. */
const WORSE_AFTER = 2;
const BETTER_AFTER = 5;
const rank = { good: 0, weak: 1, bad: 2 };

/** @typedef {{shown: Quality, other: Quality, count: number}} Steadied */

/** @type {Steadied} */
export const steady = { shown: 'good', other: 'good', count: 0 };

/** @param {LinkStatistics} statistics @param {number} uploadKbps @returns {Quality} */
export function momentaryQuality({ lossPercent, roundTripMs }, uploadKbps) {
  if (lossPercent >= 10 || roundTripMs >= 800 || uploadKbps < 60) return 'bad';
  return lossPercent >= 3 || roundTripMs >= 400 || uploadKbps < 150 ? 'weak' : 'good';
}

/**
 * @param {Steadied} before
 * @param {Quality} momentary
 * @returns {Steadied}
 */
export function steadied(before, momentary) {
  if (momentary === before.shown) return { shown: momentary, other: momentary, count: 0 };
  const count = momentary === before.other ? before.count + 1 : 1;
  const needed = rank[momentary] > rank[before.shown] ? WORSE_AFTER : BETTER_AFTER;
  return count >= needed ? { shown: momentary, other: momentary, count: 0 } : { shown: before.shown, other: momentary, count };
}

/** A stall: it flowed, and for this long nothing at all came. Part of the contract. */
const STALL_MS = 500;
/** Bytes between two looks that count as flowing media, not as mere reports. */
const FLOWING = 300;

/** The last look before a stall sees only a part of what flowed. */
const TAIL_MS = 1_100;

/** @typedef {{bytes: number, movedAt: number, flowedAt: number}} Flow */

/** @type {Flow} */
export const noFlow = { bytes: 0, movedAt: 0, flowedAt: -Infinity };

/**
 * @param {Flow} before
 * @param {number} bytes received so far
 * @param {number} now
 * @returns {Flow}
 */
export function flowed(before, bytes, now) {
  // Another way counts from zero again.
  const moved = bytes < before.bytes ? bytes : bytes - before.bytes;
  if (moved === 0 && before.movedAt) return before;
  return { bytes, movedAt: now, flowedAt: moved >= FLOWING ? now : before.flowedAt };
}

/** @param {Flow} flow @param {number} now */
export function isStalled({ movedAt, flowedAt }, now) {
  return movedAt - flowedAt <= TAIL_MS && now - movedAt >= STALL_MS;
}
