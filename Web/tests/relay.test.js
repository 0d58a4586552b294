// @ts-check
/** Rooms that hide addresses, the relays they need, and what is said when no relay can be reached. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { troublesOf } from '../effects/troubles.js';
import { hideAddresses, isRelay } from '../peer-connections/hidden-addresses.js';
import { PeerConnections } from '../peer-connections/peer-connections.js';
import { RelayWatch } from '../peer-connections/relay-watch.js';
import { iceFragment } from '../peer-connections/sdp.js';
import { noCounters, summarize } from '../peer-connections/statistics.js';
import { parseMessage } from '../signaling/messages.js';
import { initialState } from '../state/initial-state.js';
import { reduce } from '../state/reducer.js';
import { FakeConnection, fakeLink, fakePair } from './support/fake-link.js';
import { fixture } from './support/fixtures.js';
import { ManualClock } from './support/manual-clock.js';
import { seeded } from './support/random.js';

const ana = 'k7q2m4x9t0v3w8zc';
const host = 'candidate:1 1 udp 2122260223 192.168.1.2 50000 typ host generation 0 ufrag abcd';
const reflexive = 'candidate:2 1 udp 1686052607 198.51.100.7 50001 typ srflx raddr 192.168.1.2 rport 50000';
const relay = 'candidate:3 1 udp 41885695 192.0.2.1 60000 typ relay raddr 198.51.100.7 rport 50001 generation 0';
const safe = 'candidate:3 1 udp 41885695 192.0.2.1 60000 typ relay raddr 0.0.0.0 rport 0 generation 0';
const description = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 'm=audio 50000 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 192.168.1.2', 'a=rtcp:50000 IN IP4 192.168.1.2',
  `a=${host}`, `a=${relay}`, `a=${reflexive}`, 'a=ice-ufrag:abcd', 'm=video 0 UDP/TLS/RTP/SAVPF 96', 'c=IN IP6 2001:db8::7', ''].join('\r\n');
/** @param {string} candidate @returns {any} */
const signal = (candidate) => ({ type: 'candidate', neg: 1, candidate: { candidate, sdpMid: '0' } });

// What is hidden

test('Of candidates only relayed ones may be said, without the address the relay saw', () => {
  assert.equal(hideAddresses(signal(host)), null);
  assert.equal(hideAddresses(signal(reflexive)), null);
  assert.deepEqual(hideAddresses(signal(relay)), signal(safe));
});

test('The end of candidates may be said', () => {
  const end = /** @type {const} */ ({ type: 'candidate', neg: 1, candidate: null });
  assert.deepEqual(hideAddresses(end), end);
  assert.deepEqual(hideAddresses(signal('')), signal(''));
});

test('A description keeps everything but addresses', () => {
  const hidden = hideAddresses({ type: 'offer', neg: 1, sdp: description, tracks: {} });
  assert.deepEqual(hidden?.type === 'offer' && hidden.sdp.split('\r\n'), ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0',
    'a=rtcp:9 IN IP4 0.0.0.0', `a=${safe}`, 'a=ice-ufrag:abcd', 'm=video 0 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 0.0.0.0', '']);
});

test('A candidate is relayed when its type says so, whatever else contains the word', () => {
  assert.ok(isRelay('candidate:3 1 udp 1 192.0.2.1 6 typ relay'));
  assert.ok(isRelay('candidate:3 1 udp 1 192.0.2.1 6 typ relay\r\n'));
  assert.ok(!isRelay('candidate:relay 1 udp 1 192.0.2.1 6 typ host relay'));
  assert.ok(!isRelay('candidate:3 1 udp 1 192.0.2.1 6 typ relayed'));
});

// Links

test('In a room that hides addresses a link is relayed from the start', () => {
  assert.equal(fakeLink({ relayOnly: true }).connection.configurations[0].iceTransportPolicy, 'relay');
  assert.equal(fakeLink().connection.configurations[0].iceTransportPolicy, 'all');
});

test('When addresses are to be hidden during the meeting, both sides begin a new connection: a restart would leave the straight way open', async () => {
  const { clock, polite, impolite } = await fakePair();
  for (const end of [polite, impolite]) end.connection.become('connected');
  impolite.link.setRelayOnly(true);
  polite.link.setRelayOnly(true);
  await clock.run(10_000);
  for (const end of [polite, impolite]) {
    assert.equal(end.connections.length, 2);
    assert.ok(end.connections[0]?.closed);
    assert.deepEqual(end.connection.configurations.map(({ iceTransportPolicy }) => iceTransportPolicy), ['relay']);
    assert.notEqual(end.shown.state, 'unstable', 'nobody is told of trouble');
  }
  assert.equal(polite.connection.agreed, impolite.connection.agreed);
});

test('When addresses need not be hidden any more, the link goes on and looks for a better way by one restart', async () => {
  const { clock, polite, impolite } = await fakePair({ relayOnly: true });
  impolite.link.setRelayOnly(false);
  polite.link.setRelayOnly(false);
  await clock.run(10_000);
  for (const end of [polite, impolite]) {
    assert.equal(end.connections.length, 1);
    assert.equal(end.connection.configurations.at(-1).iceTransportPolicy, 'all');
  }
  assert.deepEqual([polite.connection.restarts, impolite.connection.restarts], [1, 0]);
});

test('When the polite side does nothing, the other one acts', async () => {
  const { clock, impolite } = await fakePair();
  impolite.link.setRelayOnly(true);
  await clock.run(2_900);
  assert.equal(impolite.connections.length, 1);
  await clock.run(500);
  assert.equal(impolite.connections.length, 2);
  assert.equal(impolite.connection.configurations[0].iceTransportPolicy, 'relay');
});

test('Told again what it knows, a link does nothing', async () => {
  const { clock, polite } = await fakePair({ relayOnly: true });
  polite.link.setRelayOnly(true);
  await clock.run(5_000);
  assert.deepEqual([polite.connection.restarts, polite.connection.configurations.length], [0, 1]);
});

test('What is not relayed is not said in such a room', async () => {
  const { clock, sent, connection } = fakeLink({ relayOnly: true });
  await clock.run(100);
  for (const candidate of [host, reflexive, relay]) connection.onicecandidate?.({ candidate: { candidate, sdpMid: '0' } });
  const said = sent.filter(({ type }) => type === 'candidate').map(({ candidate }) => candidate.candidate);
  assert.deepEqual(said, [safe]);
});

test('New credentials reach a living connection without a restart, and the next connection too', async () => {
  const { link, clock, connection } = fakeLink();
  await clock.run(100);
  const fresh = [{ urls: 'turn:192.0.2.1:3478', username: 'two', credential: 'y' }];
  link.setIceServers(fresh);
  assert.deepEqual(connection.configurations.at(-1).iceServers, fresh);
  assert.equal(connection.restarts, 0);
});

test('A link that was told to hide addresses still hides them when new credentials come', async () => {
  const { link, connection } = fakeLink({ relayOnly: true });
  link.setIceServers([]);
  assert.equal(connection.configurations.at(-1).iceTransportPolicy, 'relay');
});

test('After a restart of the other side a link waits before it restarts itself', async () => {
  const { clock, polite, impolite } = await fakePair();
  polite.link.networkChanged();
  await clock.run(500);
  assert.equal(polite.connection.restarts, 1);
  impolite.connection.become('failed');
  await clock.run(500);
  assert.equal(impolite.connection.restarts, 0);
  await clock.run(1_000);
  assert.equal(impolite.connection.restarts, 1);
});

// The mesh

function mesh() {
  const clock = new ManualClock();
  /** @type {any[]} */
  const configurations = [];
  const connect = (/** @type {any} */ configuration) => {
    configurations.push(configuration);
    const connection = new FakeConnection(clock, seeded(1));
    connection.setConfiguration = (/** @type {any} */ next) => void configurations.push(next);
    return /** @type {any} */ (connection);
  };
  const events = { send: () => {}, track: () => {}, playing: () => {}, changed: () => {}, wants: () => {} };
  const connections = new PeerConnections({ clock, connect, makeStream: () => /** @type {any} */ ({}), ownTrack: () => null, events });
  return { connections, configurations, clock };
}

test('A welcome into a room that hides addresses counts for links made later', () => {
  const { connections, configurations } = mesh();
  const welcome = fixture('welcome');
  connections.receive({ ...welcome, room: { ...welcome.room, relayOnly: true } });
  connections.receive({ type: 'link', with: ana, polite: true });
  assert.equal(configurations.at(-1).iceTransportPolicy, 'relay');
});

test('A switch of the room reaches living links; other acts of a host do not touch them', async () => {
  const { connections, configurations, clock } = mesh();
  connections.receive({ type: 'link', with: ana, polite: true });
  await clock.run(100);
  connections.receive(fixture('moderated'));
  assert.equal(configurations.length, 1);
  connections.receive({ type: 'moderated', action: 'relay-only', by: ana, on: true, room: { locked: false, lobby: false, relayOnly: true } });
  await clock.run(100);
  assert.equal(configurations.at(-1).iceTransportPolicy, 'relay');
});

test('New credentials reach living links and those made later', () => {
  const { connections, configurations } = mesh();
  connections.receive({ type: 'link', with: ana, polite: true });
  const iceServers = [{ urls: 'turn:192.0.2.1', username: '2', credential: 'y' }];
  connections.receive({ type: 'iceServers', iceServers });
  assert.deepEqual(configurations.at(-1).iceServers, iceServers);
  connections.receive({ type: 'link', with: 'other', polite: false });
  assert.deepEqual(configurations.at(-1).iceServers, iceServers);
  assert.equal(configurations.length, 3);
});

test('A relay without credentials is left out: browsers would refuse the whole list', () => {
  const { connections, configurations } = mesh();
  const good = [{ urls: 'stun:192.0.2.1' }, { urls: ['turn:192.0.2.2'], username: '2', credential: 'y' }];
  connections.receive({ type: 'iceServers', iceServers: [{ urls: ['stun:192.0.2.3', 'TURN:192.0.2.3'] }, ...good] });
  connections.receive({ type: 'link', with: ana, polite: true });
  assert.deepEqual(configurations.at(-1).iceServers, good);
});

// Relays that cannot be reached

const servers = [{ urls: ['stun:192.0.2.1:3478', 'turn:192.0.2.1:3478?transport=udp', 'turn:192.0.2.1?transport=tcp'] }, { urls: 'turns:Meet.example:8443?transport=tcp' }];

/** @param {import('../types/messages.js').IceServer[]} iceServers */
function searching(iceServers) {
  const watch = new RelayWatch(iceServers);
  watch.begin(0);
  return watch;
}

test('Relays are out of reach when every one of them failed without an answer', () => {
  const watch = searching(servers);
  watch.failed({ url: 'turn:192.0.2.1:3478?transport=udp', errorCode: 701 });
  watch.failed({ url: 'turn:192.0.2.1:3478?transport=tcp', errorCode: 701 });
  watch.failed({ url: 'stun:192.0.2.1:3478', errorCode: 701 });
  assert.equal(watch.verdict(0), null);
  watch.failed({ url: 'turns:meet.example:8443?transport=tcp', errorCode: 701 });
  assert.deepEqual(watch.verdict(0), { kind: 'unreachable', ports: ['3478', '8443'] });
});

test('A browser that names no errors is judged when it has nothing to offer at the end', () => {
  const watch = searching(servers);
  watch.candidate(host);
  watch.ended();
  assert.equal(watch.verdict(0)?.kind, 'unreachable');
});

test('Relays that say nothing for eight seconds are out of reach, however often the search begins anew', () => {
  const watch = searching(servers);
  watch.begin(5_000);
  assert.equal(watch.verdict(7_900), null);
  watch.begin(7_950);
  assert.deepEqual(watch.verdict(8_000), { kind: 'unreachable', ports: ['3478', '8443'] });
});

test('A relay that was found is not missed while no new search has begun', () => {
  const watch = searching(servers);
  watch.candidate(relay);
  assert.equal(watch.verdict(60_000), null);
  watch.begin(60_000);
  assert.equal(watch.verdict(67_000), null);
  assert.equal(watch.verdict(68_000)?.kind, 'unreachable');
});

test('An answer that says no is another trouble than no answer', () => {
  const watch = searching(servers);
  watch.failed({ url: 'turn:192.0.2.1:3478?transport=udp', errorCode: 401 });
  watch.ended();
  assert.equal(watch.verdict(0)?.kind, 'refused');
});

test('One relayed candidate is enough for calm', () => {
  const watch = searching(servers);
  watch.failed({ url: 'turn:192.0.2.1:3478?transport=udp', errorCode: 701 });
  watch.candidate(relay);
  watch.ended();
  assert.equal(watch.verdict(0), null);
});

test('What was found stands while the next try is under way, and ends when that one works', () => {
  const watch = searching(servers);
  watch.ended();
  watch.begin(100);
  assert.equal(watch.verdict(0)?.kind, 'unreachable');
  watch.candidate(relay);
  assert.equal(watch.verdict(0), null);
});

test('Without relays nothing is said about them', () => {
  const watch = searching([{ urls: 'stun:192.0.2.1' }]);
  watch.ended();
  assert.equal(watch.verdict(0), null);
});

test('A link tells after five seconds without a connection that its relays cannot be reached, and no more once it is connected', async () => {
  const { link, clock, shown, connection } = fakeLink();
  connection.gathering('gathering');
  connection.gathering('complete');
  await link.measure();
  assert.equal(shown.relay, null, 'too early to say');
  await clock.run(5_000);
  await link.measure();
  assert.deepEqual(shown.relay, { kind: 'unreachable', ports: ['3478'] });
  connection.become('connected');
  assert.equal(shown.relay, null);
});

test('A connection that could not even begin is tried again', async () => {
  const { clock, polite } = await fakePair({ relayOnly: true });
  polite.connection.gathering('gathering');
  polite.connection.gathering('complete');
  await clock.run(5_000);
  await polite.link.measure();
  await clock.run(1_000);
  assert.equal(polite.connection.restarts, 1);
});

test('A connection made anew for hidden addresses that cannot begin is said, and tried again', async () => {
  const { clock, polite } = await fakePair();
  polite.connection.become('connected');
  polite.link.setRelayOnly(true);
  polite.connection.gathering('gathering');
  polite.connection.gathering('complete');
  await clock.run(5_000);
  await polite.link.measure();
  assert.equal(polite.shown.relay?.kind, 'unreachable');
  await clock.run(1_000);
  assert.equal(polite.connection.restarts, 1);
});

test('The sentence says what fails; who is connected hears nothing of it', () => {
  const joined = reduce(reduce(initialState(), { type: 'entered-room', room: 'r' }), { type: 'server', message: fixture('welcome'), at: 0 });
  const broken = reduce(joined, { type: 'link', participant: ana, change: { state: 'failed', relay: { kind: 'unreachable', ports: ['3478', '8443'] } } });
  const calm = { talkingMuted: false, noSound: false, online: true };
  assert.deepEqual(troublesOf(broken, calm), [{ key: 'trouble.relay-unreachable', values: { ports: '3478, 8443', count: 2 }, severity: 'danger' }]);
  const refused = reduce(broken, { type: 'link', participant: ana, change: { relay: { kind: 'refused', ports: [] } } });
  assert.equal(troublesOf(refused, calm)[0]?.key, 'trouble.relay-refused');
  assert.deepEqual(troublesOf(reduce(broken, { type: 'link', participant: ana, change: { state: 'connected' } }), calm), []);
});

// The room's state

test('A room hides addresses when the server says so, and a server that does not know of it hides none', () => {
  const joined = reduce(initialState(), { type: 'server', message: fixture('welcome'), at: 0 });
  const { relayOnly: _, ...room } = fixture('welcome').room;
  assert.equal(reduce(initialState(), { type: 'server', message: { ...fixture('welcome'), room }, at: 0 }).roomInfo?.relayOnly, false);
  /** @type {any} */
  const message = { type: 'moderated', seq: 4, action: 'relay-only', by: ana, on: true, room: { locked: false, lobby: false, relayOnly: true } };
  assert.equal(parseMessage(JSON.stringify(message)).kind, 'message');
  const hidden = reduce(joined, { type: 'server', message, at: 0 });
  assert.equal(hidden.roomInfo?.relayOnly, true);
  const locked = reduce(hidden, { type: 'server', message: { ...message, action: 'lock', room: { locked: true, lobby: false } }, at: 0 });
  assert.deepEqual([locked.roomInfo?.relayOnly, locked.roomInfo?.locked], [true, true]);
});

test('The way is named by what our own side uses', () => {
  /** @param {any} local @param {any} remote */
  const path = (local, remote = { candidateType: 'srflx' }) => summarize(new Map(/** @type {[string, any][]} */ ([
    ['T', { type: 'transport', selectedCandidatePairId: 'P' }], ['P', { type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R' }], ['L', local], ['R', remote],
  ])), noCounters, 0).statistics.path;
  assert.equal(path({ candidateType: 'host', protocol: 'udp' }), 'udp');
  assert.equal(path({ candidateType: 'host', protocol: 'tcp' }), 'tcp');
  for (const relayProtocol of ['udp', 'tcp', 'tls']) assert.equal(path({ candidateType: 'relay', protocol: 'udp', relayProtocol }), `relay-${relayProtocol}`);
  assert.equal(path({ candidateType: 'prflx', protocol: 'udp' }, { candidateType: 'relay' }), 'relay');
});

test('The generation of candidates is read from a description', () => {
  assert.equal(iceFragment(description), 'abcd');
  assert.equal(iceFragment('v=0'), '');
});
