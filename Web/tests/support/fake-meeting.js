// @ts-check
import { PeerConnections } from '../../peer-connections/peer-connections.js';
import { FakeConnection } from './fake-link.js';
import { serverAnswer } from './fake-server-link.js';
import { fixture } from './fixtures.js';
import { ManualClock } from './manual-clock.js';
import { seeded } from './random.js';

const me = fixture('welcome').you.id;

/**
 * All connections of one page. The server answers offers to itself at once; links to people have their lines from the beginning.
 * @param {string[]} others ids of the people in the room
 */
export function fakeMeeting(others = ['ana', 'ben']) {
  const clock = new ManualClock();
  /** @type {FakeConnection[]} */
  const connections = [];
  /** @type {any[]} */
  const sent = [];
  /** What is shown of each track now. @type {Map<string, any>} */
  const shown = new Map();
  /** @type {boolean[]} forced or not */
  const wants = [];
  const camera = { kind: 'video', getSettings: () => ({}) };
  const meeting = new PeerConnections({
    clock,
    connect: () => {
      const connection = new FakeConnection(clock, seeded(connections.length + 1));
      connections.push(connection);
      return /** @type {any} */ (connection);
    },
    makeStream: () => /** @type {any} */ ({}),
    ownTrack: (source) => (source === 'camera' ? /** @type {any} */ (camera) : null),
    events: {
      send: (/** @type {any} */ message) => {
        sent.push(message);
        if (message.type === 'offer' && message.to === 'sfu') meeting.receive({ ...serverAnswer(message), from: 'sfu' });
      },
      track: (trackId, track) => void (track ? shown.set(trackId, track) : shown.delete(trackId)),
      playing: () => {},
      changed: () => {},
      wants: (isForced) => void wants.push(isForced),
    },
  });
  const person = (/** @type {string} */ id) => ({ ...fixture('welcome').participants[0], id, microphone: 'on', camera: 'on', screen: 'off' });
  const participants = [person(me), ...others.map(person)];

  /** @param {'mesh'|'sfu'} topology @param {number} epoch */
  const welcome = (topology = 'mesh', epoch = 1) => {
    const message = fixture('welcome');
    meeting.receive({ ...message, participants, room: { ...message.room, topology, epoch } });
    meeting.people(participants);
    meeting.see(others.map((id) => ({ track: `${id}/camera` })));
  };
  /** The other side's tracks come over the link to it; by source. @param {string} id */
  const meshLink = (id) => {
    meeting.receive({ type: 'link', with: id, polite: true });
    const connection = /** @type {FakeConnection} */ (connections.at(-1));
    return connection;
  };
  /** Ontrack of the first two lines of a link. @param {FakeConnection} connection */
  const bring = (connection) => {
    const [microphone, camera_] = connection.transceivers;
    for (const transceiver of [microphone, camera_]) connection.ontrack?.({ transceiver });
    return { microphone: /** @type {any} */ (microphone?.receiver), camera: /** @type {any} */ (camera_?.receiver) };
  };
  /** @param {'mesh'|'sfu'} mode @param {'prepare'|'commit'} phase @param {number} epoch */
  const topology = (mode, phase, epoch) => meeting.receive({ type: 'topology', mode, phase, epoch });
  return { clock, meeting, connections, sent, shown, wants, camera, welcome, meshLink, bring, topology };
}
