// @ts-check
/** From one to the other, then by the server, and back: nothing is taken down before its successor stands. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Topology } from '../peer-connections/topology.js';
import { Ways } from '../peer-connections/ways.js';
import { initialState } from '../state/initial-state.js';
import { reduce } from '../state/reducer.js';
import { parseMessage } from '../signaling/messages.js';
import { FakeReceiver } from './support/fake-link.js';
import { fakeMeeting } from './support/fake-meeting.js';
import { fixture } from './support/fixtures.js';
import { ManualClock } from './support/manual-clock.js';

// Which way is shown

function ways() {
  const clock = new ManualClock();
  /** @type {Map<string, any>} */
  const shown = new Map();
  /** @type {Record<string, boolean>} */
  const playing = {};
  let moves = 0;
  const made = new Ways({ clock, events: {
    track: (trackId, track) => void (track ? shown.set(trackId, track) : shown.delete(trackId)),
    playing: (trackId, isPlaying) => void (playing[trackId] = isPlaying),
    moved: () => void (moves += 1),
  } });
  const receiver = (kind = 'video') => /** @type {any} */ (new FakeReceiver(kind));
  return { clock, ways: made, shown, playing, receiver, moves: () => moves };
}

test('What comes by one way only is shown at once', () => {
  const { ways: made, shown, receiver } = ways();
  const only = receiver();
  made.open('ana/camera', 'sfu', only);
  assert.equal(shown.get('ana/camera'), only.track);
});

test('The old way is shown until the first frame came by the new one', async () => {
  const { clock, ways: made, shown, receiver } = ways();
  const [old, next] = [receiver(), receiver()];
  made.open('ana/camera', 'mesh', old);
  made.prefer('sfu');
  made.open('ana/camera', 'sfu', next);
  await clock.run(2_000);
  assert.equal(shown.get('ana/camera'), old.track);
  next.frames = 1;
  await clock.run(200);
  assert.equal(shown.get('ana/camera'), next.track);
});

test('Sound changes over with its first packets', async () => {
  const { clock, ways: made, shown, receiver } = ways();
  const [old, next] = [receiver('audio'), receiver('audio')];
  made.open('ana/microphone', 'mesh', old);
  made.prefer('sfu');
  made.open('ana/microphone', 'sfu', next);
  next.packets = 3;
  await clock.run(200);
  assert.equal(shown.get('ana/microphone'), next.track);
});

test('When the old way goes before anything has come, the new one is shown all the same', () => {
  const { ways: made, shown, receiver } = ways();
  const [old, next] = [receiver(), receiver()];
  made.open('ana/camera', 'mesh', old);
  made.prefer('sfu');
  made.open('ana/camera', 'sfu', next);
  made.close('ana/camera', 'mesh');
  assert.equal(shown.get('ana/camera'), next.track);
  made.close('ana/camera', 'sfu');
  assert.equal(shown.has('ana/camera'), false);
});

test('When nothing is waited for any more, the new way is shown', () => {
  const { ways: made, shown, receiver } = ways();
  const [old, next] = [receiver(), receiver()];
  made.open('ana/camera', 'sfu', old);
  made.open('ana/camera', 'mesh', next);
  made.settle();
  assert.equal(shown.get('ana/camera'), next.track);
});

test('A slot that had somebody else in it is shown from its next key frame on, or soon', async () => {
  for (const hasKeyFrame of [true, false]) {
    const { clock, ways: made, shown, receiver } = ways();
    const used = receiver();
    used.keyFrames = 7;
    made.open('ben/camera', 'sfu', used, { isGated: true });
    await clock.run(150);
    assert.equal(shown.has('ben/camera'), false);
    if (hasKeyFrame) used.keyFrames = 8;
    await clock.run(100);
    assert.equal(shown.has('ben/camera'), hasKeyFrame);
    await clock.run(300);
    assert.ok(shown.has('ben/camera'));
  }
});

test('Once everything is where it belongs, nobody looks at statistics any more', async () => {
  const { clock, ways: made, receiver } = ways();
  const next = receiver();
  made.open('ana/camera', 'mesh', receiver());
  made.prefer('sfu');
  made.open('ana/camera', 'sfu', next);
  next.frames = 1;
  await clock.run(300);
  assert.equal(clock.pending, 0);
});

test('A track says itself whether it plays, as long as it is the one that is shown', () => {
  const { ways: made, playing, receiver } = ways();
  const [first, second] = [receiver(), receiver()];
  first.track.muted = true;
  made.open('ana/camera', 'sfu', first);
  assert.equal(playing['ana/camera'], false);
  first.track.muted = false;
  first.track.onunmute();
  assert.equal(playing['ana/camera'], true);
  made.open('ana/camera', 'sfu', second);
  assert.equal(first.track.onunmute, null);
});

// What the server says of it

test('What is older than what is known is no news, nor is a prepare after its commit', () => {
  const topology = new Topology();
  assert.equal(topology.take({ mode: 'sfu', phase: 'prepare', epoch: 2 }), true);
  assert.equal(topology.take({ mode: 'sfu', phase: 'prepare', epoch: 2 }), false);
  assert.equal(topology.take({ mode: 'sfu', phase: 'commit', epoch: 2 }), true);
  assert.equal(topology.take({ mode: 'sfu', phase: 'prepare', epoch: 2 }), false);
  assert.equal(topology.take({ mode: 'mesh', phase: 'commit', epoch: 1 }), false);
  assert.deepEqual([topology.mode, topology.phase], ['sfu', 'commit']);
});

test('The state knows mode, phase and epoch', () => {
  const joined = reduce(initialState(), { type: 'server', message: fixture('welcome'), at: 0 });
  const after = (/** @type {any} */ state, /** @type {any} */ message) => reduce(state, { type: 'server', message, at: 0 });
  const prepared = after(joined, { type: 'topology', mode: 'sfu', phase: 'prepare', epoch: 2 });
  assert.deepEqual([prepared.roomInfo?.topology, prepared.roomInfo?.phase, prepared.roomInfo?.epoch], ['sfu', 'prepare', 2]);
  const committed = after(prepared, { type: 'topology', mode: 'sfu', phase: 'commit', epoch: 2 });
  assert.equal(committed.roomInfo?.phase, 'commit');
  assert.equal(after(committed, { type: 'topology', mode: 'sfu', phase: 'prepare', epoch: 2 }).roomInfo?.phase, 'commit');
  assert.equal(after(committed, { type: 'topology', mode: 'mesh', phase: 'commit', epoch: 1 }).roomInfo?.topology, 'sfu');
});

test('Who speaks is what the server says', () => {
  const joined = reduce(initialState(), { type: 'server', message: fixture('welcome'), at: 0 });
  const message = /** @type {const} */ ({ type: 'speaking', participants: ['ana'] });
  assert.deepEqual(reduce(joined, { type: 'server', message: { ...message, participants: ['ana'] }, at: 0 }).speaking, ['ana']);
});

test('The messages of the SFU are understood, and without their fields they are not', () => {
  const good = [{ type: 'topology', seq: 9, epoch: 2, mode: 'sfu', phase: 'prepare' }, { type: 'need', audio: 4, video: 9 },
    { type: 'slots', slots: { 4: 'ana/microphone', 5: null } }, { type: 'speaking', participants: ['ana'] }];
  for (const message of good) {
    assert.equal(parseMessage(JSON.stringify(message)).kind, 'message', message.type);
    assert.equal(parseMessage(JSON.stringify({ type: message.type })).kind, 'malformed', message.type);
  }
});

// The whole of it

test('The link to the server is opened right after the welcome, in a mesh too, and nothing is sent on it', async () => {
  const { clock, welcome, sent, connections } = fakeMeeting();
  welcome('mesh');
  await clock.run(300);
  assert.deepEqual(sent.filter(({ type }) => type === 'offer').map(({ to }) => to), ['sfu']);
  assert.deepEqual(connections[0]?.transceivers.map(({ sender }) => sender.track), [null, null, null, null]);
});

test('In a room that goes by the server own tracks go there from the beginning', async () => {
  const { clock, welcome, connections, camera } = fakeMeeting();
  welcome('sfu');
  await clock.run(300);
  assert.equal(connections[0]?.transceivers[1]?.sender.track, camera);
});

/** Two others, both seen and heard over links to them; then the server prepares to take over. */
async function growing() {
  const made = fakeMeeting();
  made.welcome('mesh');
  const links = { ana: made.meshLink('ana'), ben: made.meshLink('ben') };
  await made.clock.run(500);
  const mesh = { ana: made.bring(links.ana), ben: made.bring(links.ben) };
  made.meeting.receive({ type: 'need', audio: 2, video: 2 });
  made.topology('sfu', 'prepare', 2);
  await made.clock.run(500);
  made.meeting.receive({ type: 'slots', slots: { 4: 'ana/microphone', 5: 'ben/microphone', 6: 'ana/camera', 7: 'ben/camera' } });
  const server = /** @type {any} */ (made.connections[0]);
  const slot = (/** @type {number} */ index) => server.transceivers[index].receiver;
  return { ...made, links, mesh, server, slot };
}

test('While the server prepares, we send both ways and every tile stays as it is', async () => {
  const { clock, server, links, camera, shown, mesh } = await growing();
  await clock.run(1_000);
  assert.equal(server.transceivers[1].sender.track, camera);
  assert.equal(links.ana.transceivers[1]?.sender.track, camera);
  assert.equal(shown.get('ana/camera'), mesh.ana.camera.track);
});

test('A tile changes over with the first frame, and its link goes only after the commit', async () => {
  const { clock, slot, shown, links, topology } = await growing();
  slot(6).frames = 1;
  slot(4).packets = 1;
  await clock.run(300);
  assert.equal(shown.get('ana/camera'), slot(6).track);
  assert.equal(links.ana.closed, false);
  topology('sfu', 'commit', 2);
  assert.equal(links.ana.closed, true, 'all of her has come');
  assert.equal(links.ben.closed, false, 'of him nothing has');
});

test('After the commit a link goes with the first frame by the server, or after three seconds', async () => {
  const { clock, slot, shown, mesh, links, topology } = await growing();
  topology('sfu', 'commit', 2);
  slot(6).frames = 1;
  slot(4).packets = 1;
  await clock.run(200);
  assert.deepEqual([links.ana.closed, links.ben.closed], [true, false]);
  assert.equal(shown.get('ben/camera'), mesh.ben.camera.track);
  await clock.run(3_000);
  assert.equal(links.ben.closed, true);
  assert.equal(shown.get('ben/camera'), slot(7).track);
});

test('When it becomes small again before the links are gone, they stay', async () => {
  const { clock, links, topology, shown, mesh } = await growing();
  topology('sfu', 'commit', 2);
  topology('mesh', 'prepare', 3);
  await clock.run(5_000);
  assert.equal(links.ben.closed, false);
  assert.equal(shown.get('ben/camera'), mesh.ben.camera.track);
});

/** By the server, and then back to links. */
async function shrinking() {
  const made = fakeMeeting(['ana']);
  made.welcome('sfu', 4);
  made.meeting.receive({ type: 'need', audio: 1, video: 1 });
  await made.clock.run(500);
  made.meeting.receive({ type: 'slots', slots: { 4: 'ana/microphone', 5: 'ana/camera' } });
  const server = /** @type {any} */ (made.connections[0]);
  made.topology('mesh', 'prepare', 5);
  const link = made.meshLink('ana');
  await made.clock.run(500);
  return { ...made, server, link, mesh: made.bring(link) };
}

test('On the way back a tile stays with the server, and is asked for, until the first frame came by the link', async () => {
  const { clock, meeting, shown, server, mesh } = await shrinking();
  await clock.run(1_000);
  assert.equal(shown.get('ana/camera'), server.transceivers[5].receiver.track);
  assert.equal(meeting.needs('ana/camera'), true);
  mesh.camera.frames = 1;
  await clock.run(200);
  assert.equal(shown.get('ana/camera'), mesh.camera.track);
  assert.equal(meeting.needs('ana/camera'), false);
});

test('After the way back nothing is sent to the server, and its link stays', async () => {
  const { clock, topology, server, shown, mesh, camera, meeting } = await shrinking();
  assert.equal(server.transceivers[1].sender.track, camera);
  topology('mesh', 'commit', 5);
  await clock.run(100);
  assert.equal(server.transceivers[1].sender.track, null);
  assert.equal(server.closed, false);
  assert.equal(shown.get('ana/camera'), mesh.camera.track);
  assert.equal(meeting.needs('ana/camera'), true);
});

test('What others ask of the server does not stop what we send to each other', async () => {
  const { meeting, link } = await shrinking();
  /** @type {any[]} */
  const applied = [];
  const [, camera] = link.transceivers;
  Object.assign(/** @type {any} */ (camera).sender, { getParameters: () => ({ encodings: [{ active: true }] }), setParameters: async (/** @type {any} */ next) => void applied.push(next.encodings[0].active) });
  meeting.receive({ type: 'want', from: 'ana', video: [] });
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(!applied.includes(false));
});

test('What is asked for names the answer that is applied', async () => {
  const { clock, meeting, sent, welcome } = fakeMeeting();
  welcome();
  assert.deepEqual(meeting.wanting([]), { type: 'want', video: [] });
  await clock.run(300);
  assert.equal(meeting.wanting([]).neg, sent.find(({ type }) => type === 'offer').neg);
});

test('Each turn says anew what is wanted', async () => {
  const { wants, topology } = await growing();
  const before = wants.length;
  topology('sfu', 'commit', 2);
  assert.ok(wants.slice(before).includes(true));
});

test('Who comes back with another seat has another link to the server', async () => {
  const { clock, meeting, connections, welcome } = fakeMeeting();
  welcome();
  await clock.run(100);
  welcome();
  assert.equal(connections.length, 1, 'the same seat keeps its link');
  meeting.receive({ ...fixture('welcome'), you: { id: 'somebody-else', role: 'member' } });
  assert.equal(connections.length, 2);
  assert.equal(connections[0]?.closed, true);
});
