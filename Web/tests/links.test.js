// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { cameraConstraints, cameraEncoding, captureHeight, screenEncoding } from '../peer-connections/adaptation.js';
import { Recovery } from '../peer-connections/recovery.js';
import { fingerprint } from '../peer-connections/sdp.js';
import { bytesReceived, flowed, isStalled, momentaryQuality, noCounters, noFlow, steadied, steady, summarize } from '../peer-connections/statistics.js';
import { measureTracks, noTracks } from '../peer-connections/track-statistics.js';
import { ManualClock } from './support/manual-clock.js';

test('The camera gives 720 lines for two, 540 for four, 360 for six', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(captureHeight), [720, 720, 540, 540, 360, 360]);
  assert.deepEqual(cameraConstraints(2).width, { ideal: 1280 });
});

test('A small tile gets a small picture, never an enlarged one', () => {
  assert.equal(cameraEncoding({ people: 2, captured: 720, wanted: { width: 320, height: 180 } }).scaleResolutionDownBy, 4);
  assert.equal(cameraEncoding({ people: 2, captured: 180, wanted: { width: 1280, height: 720 } }).scaleResolutionDownBy, 1);
  assert.equal(cameraEncoding({ people: 2, captured: 0, wanted: undefined }).scaleResolutionDownBy, 1);
});

test('A larger tile never gets fewer bits or lines', () => {
  let before = { maxBitrate: 0, scaleResolutionDownBy: Infinity };
  for (let height = 20; height < 1500; height += 7) {
    const encoding = cameraEncoding({ people: 2, captured: 720, wanted: { width: height * 2, height } });
    assert.ok(encoding.maxBitrate >= before.maxBitrate && encoding.scaleResolutionDownBy <= before.scaleResolutionDownBy, String(height));
    before = encoding;
  }
});

test('What nobody shows is not sent; what nobody spoke of is', () => {
  assert.equal(cameraEncoding({ people: 2, captured: 720, wanted: null }).active, false);
  assert.equal(cameraEncoding({ people: 2, captured: 720, wanted: undefined }).active, true);
  assert.equal(screenEncoding({ people: 2, hint: 'detail', wanted: null }).active, false);
});

test('A screen with text keeps its pixels at few frames, motion gets its frames', () => {
  assert.equal(screenEncoding({ people: 6, hint: 'detail', wanted: undefined }).maxFramerate, 5);
  assert.equal(screenEncoding({ people: 2, hint: 'motion', wanted: undefined }).maxFramerate, 30);
});

function recovering() {
  const clock = new ManualClock();
  const start = clock.now();
  /** @type {string[]} */
  const done = [];
  const note = (/** @type {string} */ what) => () => void done.push(`${what} ${clock.now() - start}`);
  return { clock, done, recovery: new Recovery({ clock, restart: note('restart'), rebuild: note('rebuild') }) };
}

test('A disconnection of less than 2 s is left alone', () => {
  const { clock, done, recovery } = recovering();
  recovery.changed('disconnected');
  clock.advance(1_900);
  recovery.changed('connected');
  clock.advance(60_000);
  assert.deepEqual(done, []);
});

test('Disconnected for 2 s: restart, then with growing waits, then a new connection', () => {
  const { clock, done, recovery } = recovering();
  recovery.changed('disconnected');
  clock.advance(15_000);
  assert.deepEqual(done, ['restart 2000', 'restart 3500', 'restart 6500', 'rebuild 12500']);
});

test('Failed: restart at once', () => {
  const { clock, done, recovery } = recovering();
  recovery.changed('failed');
  clock.advance(0);
  assert.deepEqual(done, ['restart 0']);
});

test('Without signalling nothing is tried; when it is back, at once', () => {
  const { clock, done, recovery } = recovering();
  recovery.signalling(false);
  recovery.changed('failed');
  clock.advance(30_000);
  assert.deepEqual(done, []);
  recovery.signalling(true);
  clock.advance(0);
  assert.deepEqual(done, ['restart 30000']);
});

test('A stall restarts once, not twice a second', () => {
  const { clock, done, recovery } = recovering();
  recovery.changed('connected');
  for (let round = 0; round < 8; round += 1) {
    recovery.stalled();
    clock.advance(500);
  }
  assert.deepEqual(done, ['restart 0', 'restart 1500']);
});

test('A stall that restarts do not end gets a new connection', () => {
  const { clock, done, recovery } = recovering();
  recovery.changed('connected');
  for (let round = 0; round < 24; round += 1) {
    recovery.stalled();
    clock.advance(500);
  }
  assert.deepEqual(done, ['restart 0', 'restart 1500', 'restart 4500', 'rebuild 10500']);
});

test('Media that comes again takes back the restart that was planned for its absence', () => {
  const { clock, done, recovery } = recovering();
  recovery.changed('connected');
  recovery.stalled();
  clock.advance(500);
  recovery.stalled();
  recovery.flows();
  clock.advance(10_000);
  assert.deepEqual(done, ['restart 0']);
});

test('Flowing media does not take back a restart for another reason', () => {
  const { clock, done, recovery } = recovering();
  recovery.changed('connected');
  recovery.networkChanged();
  recovery.flows();
  clock.advance(100);
  assert.deepEqual(done, ['restart 0']);
});

test('A restart of the other side counts as one of ours: two at once would undo each other', () => {
  const { clock, done, recovery } = recovering();
  recovery.changed('connected');
  recovery.restarted();
  recovery.stalled();
  clock.advance(1_400);
  assert.deepEqual(done, []);
  recovery.restarted();
  clock.advance(2_900);
  assert.deepEqual(done, []);
  clock.advance(200);
  assert.deepEqual(done, ['restart 4400']);
});

test('A change of network restarts although everything seems well', () => {
  const { clock, done, recovery } = recovering();
  recovery.changed('connected');
  recovery.networkChanged();
  clock.advance(100);
  assert.deepEqual(done, ['restart 0']);
});

test('A change of network without signalling is made up for when it is back', () => {
  const { clock, done, recovery } = recovering();
  recovery.changed('connected');
  recovery.signalling(false);
  recovery.networkChanged();
  clock.advance(5_000);
  assert.deepEqual(done, []);
  recovery.signalling(true);
  clock.advance(0);
  assert.deepEqual(done, ['restart 5000']);
});

test('Media that flowed and stopped for 500 ms is a stall; silence from the start is not', () => {
  let flow = flowed(noFlow, 1000, 0);
  flow = flowed(flow, 3000, 500);
  assert.equal(isStalled(flow, 900), false);
  flow = flowed(flow, 3000, 1000);
  assert.equal(isStalled(flow, 1000), true);
  assert.equal(isStalled(flowed(noFlow, 0, 0), 5000), false);
});

test('What flows on another way flows, although that one counts from zero', () => {
  const flow = flowed(flowed(noFlow, 90_000, 0), 90_000, 2_000);
  assert.equal(flowed(flow, 4_000, 2_500).flowedAt, 2_500);
});

test('A stall in the middle between two looks is a stall too', () => {
  let flow = flowed(noFlow, 5000, 500);
  flow = flowed(flow, 5100, 1000);
  assert.equal(isStalled(flowed(flow, 5100, 1500), 1500), true);
});

test('Reports alone are no flowing media', () => {
  let flow = flowed(noFlow, 5000, 0);
  for (let now = 500; now <= 5000; now += 500) flow = flowed(flow, 5000 + now / 5, now);
  assert.equal(isStalled(flow, 6000), false);
});

test('Numbers for people come out of a report', () => {
  const report = new Map(/** @type {[string, any][]} */ ([
    ['T', { type: 'transport', selectedCandidatePairId: 'P' }],
    ['P', { type: 'candidate-pair', bytesReceived: 51_000, bytesSent: 26_000, currentRoundTripTime: 0.042, localCandidateId: 'L', availableOutgoingBitrate: 90_000 }],
    ['L', { type: 'local-candidate', candidateType: 'relay', protocol: 'udp' }],
    ['A', { type: 'inbound-rtp', kind: 'audio', packetsReceived: 90, packetsLost: 10 }],
    ['V', { type: 'inbound-rtp', kind: 'video', packetsReceived: 0, packetsLost: 0, codecId: 'C', frameWidth: 640, frameHeight: 360, framesPerSecond: 29.9 }],
    ['C', { type: 'codec', mimeType: 'video/VP8' }],
  ]));
  const { statistics, uploadKbps } = summarize(report, { ...noCounters, at: 0, received: 1000, sent: 1000 }, 2000);
  assert.deepEqual(statistics, {
    roundTripMs: 42, lossPercent: 10, receivedKbps: 200, sentKbps: 100, path: 'relay', codec: 'VP8', width: 640, height: 360, framesPerSecond: 30,
  });
  assert.equal(uploadKbps, Infinity, 'the estimate counts only while it holds something back');
});

test('Firefox, which counts nothing at the pair, is measured by its media', () => {
  const report = new Map(/** @type {[string, any][]} */ ([
    ['P', { type: 'candidate-pair', selected: true, bytesReceived: 0, bytesSent: 0 }],
    ['A', { type: 'inbound-rtp', kind: 'audio', packetsReceived: 100, packetsLost: 0, bytesReceived: 300 }],
    ['O', { type: 'outbound-rtp', kind: 'video', bytesSent: 25_000 }],
  ]));
  assert.equal(bytesReceived(report), 4_300);
  const { statistics } = summarize(report, noCounters, 1000);
  assert.deepEqual([statistics.receivedKbps, statistics.sentKbps], [34, 200]);
});

test('Each track has numbers of its own', () => {
  const report = (/** @type {number} */ scale) => new Map(/** @type {[string, any][]} */ ([
    ['V', { type: 'inbound-rtp', kind: 'video', mid: '6', codecId: 'C', frameWidth: 320, frameHeight: 180, framesPerSecond: 14.6, packetsReceived: 90 * scale, packetsLost: 10 * scale, bytesReceived: 50_000 * scale }],
    ['A', { type: 'inbound-rtp', kind: 'audio', mid: '4', packetsReceived: 5, packetsLost: 0, bytesReceived: 500 }],
    ['N', { type: 'inbound-rtp', kind: 'video', mid: '7', packetsReceived: 0 }],
    ['C', { type: 'codec', mimeType: 'video/VP8' }],
  ]));
  const first = measureTracks(report(1), noTracks, 0);
  assert.deepEqual(first.tracks.map(([mid]) => mid), ['6', '4'], 'where nothing comes there is nothing to say');
  const [[, numbers] = []] = measureTracks(report(2), first.counters, 2_000).tracks;
  assert.deepEqual(numbers, { kind: 'video', codec: 'VP8', width: 320, height: 180, framesPerSecond: 15, receivedKbps: 200, lossPercent: 10 });
});

test('Quality worsens after two samples and recovers after five', () => {
  const good = { lossPercent: 0, roundTripMs: 20 };
  const bad = { lossPercent: 20, roundTripMs: 20 };
  const of = (/** @type {any} */ statistics) => momentaryQuality(statistics, Infinity);
  let quality = steadied(steady, of(bad));
  assert.equal(quality.shown, 'good');
  quality = steadied(quality, of(bad));
  assert.equal(quality.shown, 'bad');
  for (let sample = 0; sample < 4; sample += 1) quality = steadied(quality, of(good));
  assert.equal(quality.shown, 'bad');
  assert.equal(steadied(quality, of(good)).shown, 'good');
});

test('The certificate is read whatever its case', () => {
  assert.equal(fingerprint('v=0\r\na=fingerprint:sha-256 AB:CD\r\nm=audio'), 'sha-256 ab:cd');
  assert.equal(fingerprint('v=0\r\n'), '');
});
