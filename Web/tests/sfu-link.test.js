// @ts-check
/** The link to the server: what it offers, one offer at a time, and whose track is in which slot. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { commonCodecs } from '../peer-connections/common-codecs.js';
import { detours } from '../peer-connections/detours.js';
import { leanOffer } from '../peer-connections/lean-offer.js';
import { fakeServerLink } from './support/fake-server-link.js';

/** @param {import('./support/fake-link.js').FakeConnection} connection */
const lines = (connection) => connection.transceivers.map(({ kind, direction }) => `${kind} ${direction}`);
const own = ['audio sendonly', 'video sendonly', 'video sendonly', 'audio sendonly'];

test('The first offer holds the own lines, with nothing in them, and names their sources', async () => {
  const { clock, connection, offers } = fakeServerLink();
  await clock.run(500);
  assert.equal(offers().length, 1);
  assert.deepEqual(lines(connection), own);
  assert.deepEqual(connection.transceivers.map(({ sender }) => sender.track), [null, null, null, null]);
  assert.deepEqual(offers()[0].tracks, { 0: 'microphone', 1: 'camera', 2: 'screen', 3: 'screenAudio' });
});

test('Slots stand behind the own lines, and are added where the server needs more, never taken away', async () => {
  const { clock, link, connection, answer } = fakeServerLink();
  await clock.run(200);
  await answer();
  link.need({ audio: 2, video: 1 });
  await clock.run(200);
  await answer();
  link.need({ audio: 1, video: 2 });
  await clock.run(200);
  assert.deepEqual(lines(connection), [...own, 'audio recvonly', 'audio recvonly', 'video recvonly', 'video recvonly']);
});

test('Asked for the slots that there are, nothing is offered', async () => {
  const { clock, link, offers, answer } = fakeServerLink();
  link.need({ audio: 4, video: 4 });
  await clock.run(200);
  await answer();
  link.need({ audio: 4, video: 4 });
  await clock.run(500);
  assert.equal(offers().length, 1);
});

test('However many slots are needed, an offer has 60 lines at most', async () => {
  const { clock, link, connection, answer } = fakeServerLink();
  link.need({ audio: 16, video: 30 });
  await clock.run(200);
  await answer();
  link.need({ audio: 16, video: 49 });
  await clock.run(200);
  assert.equal(connection.transceivers.length, 60);
});

test('One offer is in flight; what is wished meanwhile makes one more, under a higher number', async () => {
  const { clock, link, offers, answer } = fakeServerLink();
  await clock.run(200);
  for (const video of [1, 2, 3]) link.need({ audio: 0, video });
  await clock.run(1_000);
  assert.equal(offers().length, 1);
  await answer();
  assert.equal(offers().length, 2);
  await answer();
  await clock.run(1_000);
  assert.equal(offers().length, 2);
  assert.ok(offers()[1].neg > offers()[0].neg);
});

test('An answer to another offer is dropped', async () => {
  const { clock, offers, answer, connection } = fakeServerLink();
  await clock.run(200);
  await answer({ neg: offers()[0].neg - 2 });
  await answer({ neg: offers()[0].neg + 2 });
  assert.equal(connection.signalingState, 'have-local-offer');
  await answer();
  assert.equal(connection.signalingState, 'stable');
});

test('An offer of the server is not heard: only the page offers', async () => {
  const { clock, link, connections, connection } = fakeServerLink();
  await clock.run(200);
  link.receive({ type: 'offer', neg: 2_000_000_000, sdp: 'a=fingerprint:x\na=ice:y\n', tracks: {} });
  await clock.run(500);
  assert.equal(connection.signalingState, 'have-local-offer');
  assert.equal(connections.length, 1);
});

test('The end of candidates is said', async () => {
  const { clock, connection, sent } = fakeServerLink();
  await clock.run(200);
  connection.onicecandidate?.({ candidate: null });
  assert.deepEqual(sent.at(-1), { type: 'candidate', neg: sent[0].neg, candidate: null });
});

test('Own tracks go to the server only when they are to, and mute is no new offer', async () => {
  const camera = { kind: 'video', getSettings: () => ({}) };
  const { clock, link, connection, offers, answer } = fakeServerLink({ ownTrack: (/** @type {string} */ source) => (source === 'camera' ? camera : null) });
  await clock.run(200);
  await answer();
  const sends = () => connection.transceivers.map(({ sender }) => sender.track);
  assert.deepEqual(sends(), [null, null, null, null]);
  await link.send(true);
  assert.deepEqual(sends(), [null, camera, null, null]);
  await link.send(false);
  await clock.run(500);
  assert.deepEqual(sends(), [null, null, null, null]);
  assert.equal(offers().length, 1);
});

/** Connected, with two slots for sound (4, 5) and two for pictures (6, 7). */
async function withSlots() {
  const made = fakeServerLink();
  made.link.need({ audio: 2, video: 2 });
  await made.clock.run(200);
  await made.answer();
  return made;
}

test('A slot brings the track that the server names, until it names another', async () => {
  const { link, slots, connection } = await withSlots();
  link.assign({ 6: 'ana/camera', 7: 'ben/camera' });
  assert.deepEqual(slots(), [['ana/camera', 6, false], ['ben/camera', 7, false]]);
  link.assign({ 7: null });
  link.assign({ 6: 'cleo/camera' });
  assert.deepEqual(slots().slice(2), [['ben/camera', null, false], ['ana/camera', null, false], ['cleo/camera', 6, true]]);
  assert.equal(connection.transceivers.length, 8);
});

test('A track that changes its slot is not taken down first', async () => {
  const { link, slots } = await withSlots();
  link.assign({ 6: 'ana/camera' });
  link.assign({ 6: null, 7: 'ana/camera' });
  assert.deepEqual(slots(), [['ana/camera', 6, false], ['ana/camera', 7, false]]);
});

test('Slots that are named before the answer is here count from the answer on', async () => {
  const { clock, link, slots, answer } = fakeServerLink();
  link.assign({ 4: 'ana/camera' });
  await clock.run(200);
  await answer();
  assert.deepEqual(slots(), []);
  link.need({ audio: 0, video: 1 });
  await clock.run(200);
  await answer();
  assert.deepEqual(slots(), [['ana/camera', 4, false]]);
});

test('Every answer that is applied is told, so that what it holds can be asked for', async () => {
  const made = await withSlots();
  assert.equal(made.answered(), 1);
  made.link.need({ audio: 4, video: 2 });
  await made.clock.run(200);
  await made.answer();
  assert.equal(made.answered(), 2);
});

test('A new connection has the same lines in the same order, and its slots bring the same tracks', async () => {
  const made = await withSlots();
  made.link.assign({ 6: 'ana/camera' });
  made.link.need({ audio: 3, video: 2 });
  await made.clock.run(200);
  await made.answer();
  const before = lines(made.connections[0]);
  await made.answer({ fingerprint: 'another server' });
  made.link.networkChanged();
  await made.clock.run(200);
  await made.answer({ fingerprint: 'another server' });
  await made.clock.run(200);
  assert.equal(made.connections.length, 2, 'the server is a new one');
  await made.answer({ fingerprint: 'another server' });
  assert.deepEqual(lines(made.connection), before);
  assert.deepEqual(made.slots().at(-1), ['ana/camera', 6, false]);
});

test('Disconnected for two seconds the page restarts, with the lines as they are', async () => {
  const { clock, connection, offers, answer } = fakeServerLink();
  await clock.run(200);
  await answer();
  connection.become('connected');
  connection.become('disconnected');
  await clock.run(2_100);
  assert.equal(connection.restarts, 1);
  assert.equal(offers().length, 2);
});

test('A link that failed stays failed while it is tried again, and is well once it is connected', async () => {
  const { clock, connection, shown, answer } = fakeServerLink();
  await clock.run(200);
  await answer();
  for (const state of ['failed', 'connecting', 'disconnected']) {
    connection.become(state);
    assert.equal(shown.state, 'failed', state);
  }
  connection.become('connected');
  assert.equal(shown.state, 'connected');
  connection.become('disconnected');
  assert.equal(shown.state, 'unstable');
});

test('An offer that the server would not take is on its side, until it takes one', async () => {
  const { clock, link, shown, connection, answer } = fakeServerLink();
  await clock.run(200);
  link.refused();
  assert.deepEqual([shown.state, shown.relay], ['failed', { kind: 'refused', ports: [] }]);
  await link.measure();
  assert.equal(shown.relay.kind, 'refused', 'whatever is measured');
  await answer();
  connection.become('connected');
  assert.deepEqual([shown.state, shown.relay], ['connected', null]);
  link.refused();
  assert.equal(shown.state, 'connected', 'what was agreed before goes on');
});

test('A closed link takes its tracks down', async () => {
  const { link, slots } = await withSlots();
  link.assign({ 6: 'ana/camera' });
  link.close();
  assert.deepEqual(slots().at(-1), ['ana/camera', null, false]);
});

// What the offer says

const offer = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1 2', 'a=msid-semantic: WMS',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', 'a=rtcp:9 IN IP4 0.0.0.0', 'a=candidate:1 1 udp 1 192.0.2.1 5 typ host', 'a=ice-ufrag:abcd', 'a=ice-pwd:secret', 'a=fingerprint:sha-256 AB', 'a=setup:actpass', 'a=mid:0',
  'a=extmap:9 urn:x:unknown', 'a=sendonly', 'a=rtcp-mux', 'a=rtpmap:111 opus/48000/2', 'a=ssrc:5 cname:x',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97', 'c=IN IP4 0.0.0.0', 'a=rtcp:9 IN IP4 0.0.0.0', 'a=ice-ufrag:abcd', 'a=ice-pwd:secret', 'a=ice-options:trickle', 'a=fingerprint:sha-256 AB', 'a=setup:actpass', 'a=mid:1',
  'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid', 'a=extmap:8 http://www.webrtc.org/experiments/rtp-hdrext/color-space', 'a=recvonly', 'a=rtcp-mux', 'a=rtcp-rsize', 'a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack pli', 'a=rtcp-fb:99 nack',
  'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96', 'a=ssrc:6 cname:x',
  'm=video 0 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 0.0.0.0', 'a=bundle-only', 'a=mid:2', 'a=sendonly', 'a=extmap:8 http://www.webrtc.org/experiments/rtp-hdrext/color-space', 'a=rtpmap:96 VP8/90000', ''];

test('Said is once what the bundle has in common; lines that only receive say no more than is used', () => {
  const lean = leanOffer(offer.join('\r\n')).split('\r\n');
  assert.deepEqual(lean.slice(0, 6), offer.slice(0, 6));
  assert.deepEqual(lean.slice(6, 10), ['a=ice-ufrag:abcd', 'a=ice-pwd:secret', 'a=fingerprint:sha-256 AB', 'a=setup:actpass'], 'what is common stands above all lines');
  const whole = offer.slice(6, 20).filter((line) => !line.startsWith('a=candidate'));
  assert.deepEqual(lean.slice(10, 23), whole, 'the line that has the transport is whole but for addresses, which the server has no use for');
  assert.deepEqual(lean.slice(23, 36), ['m=video 0 UDP/TLS/RTP/SAVPF 96 97', 'c=IN IP4 0.0.0.0', 'a=bundle-only', 'a=mid:1', 'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid', 'a=recvonly', 'a=rtcp-mux', 'a=rtcp-rsize',
    'a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack pli', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96', 'm=video 0 UDP/TLS/RTP/SAVPF 96']);
  assert.deepEqual(lean.slice(35), offer.slice(40), 'what is lean already stays as it is');
  assert.equal(lean.at(-1), '', 'it ends with an end of line');
});

test('The older way to estimate bandwidth is offered only without the newer one', () => {
  const line = (/** @type {string[]} */ ...more) => leanOffer(['v=0', 'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=recvonly', 'a=mid:5', ...more, ''].join('\r\n'));
  const old = ['a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time', 'a=rtcp-fb:96 goog-remb'];
  assert.ok(old.every((one) => line(...old).includes(one)));
  const lean = line(...old, 'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01', 'a=rtcp-fb:96 transport-cc');
  assert.ok(old.every((one) => !lean.includes(one)) && lean.includes('transport-cc'));
});

test('Lines that are not bundled keep their transport', () => {
  const sdp = offer.filter((line) => !line.startsWith('a=group')).join('\r\n');
  assert.equal(leanOffer(sdp).match(/a=ice-ufrag/g)?.length, 2);
  assert.ok(!leanOffer(sdp).includes('a=mid:1\r\na=bundle-only'));
});

test('Formats are those that every browser has, VP8 first', () => {
  const codec = (/** @type {string} */ mimeType, sdpFmtpLine = '') => ({ mimeType, sdpFmtpLine, clockRate: 90_000 });
  const capable = [codec('video/AV1'), codec('video/rtx'), codec('video/H264', 'packetization-mode=0;profile-level-id=42e01f'),
    codec('video/H264', 'packetization-mode=1;profile-level-id=42e01f'), codec('video/VP9'), codec('video/VP8')];
  assert.deepEqual(commonCodecs(capable), [capable[5], capable[3], capable[1]]);
});

test('On the way to the server itself only its relay on the page\'s port helps, and relays of others', () => {
  const relay = { urls: ['turn:meet.example:3478?transport=udp', 'turn:meet.example:3478?transport=tcp', 'turns:meet.example:443?transport=tcp'], username: 'x' };
  const other = { urls: ['turn:relay.example:3478'] };
  const stun = { urls: ['stun:meet.example:3478'] };
  assert.deepEqual(detours([stun, relay, other], 'meet.example'), [{ ...relay, urls: ['turns:meet.example:443?transport=tcp'] }, other]);
  assert.deepEqual(detours([{ urls: ['turn:[2001:db8::1]:3478'] }], '[2001:db8::1]'), []);
  assert.deepEqual(detours([stun, relay, other], ''), [stun, relay, other]);
});

test('No address of ours is told', () => {
  const told = leanOffer(['v=0', 'm=audio 50000 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 192.0.2.7', 'a=rtcp:50001 IN IP4 192.0.2.7', 'a=candidate:1 1 udp 1 192.0.2.7 5 typ host', 'a=sendonly', 'a=mid:0', ''].join('\r\n'));
  assert.ok(!told.includes('192.0.2.7') && told.includes('c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0'));
});
