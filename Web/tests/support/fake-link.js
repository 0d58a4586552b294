// @ts-check
import { Link } from '../../peer-connections/link.js';
import { Sources } from '../../peer-connections/sources.js';
import { FakePeerConnection } from './fake-peer-connection.js';
import { ManualClock } from './manual-clock.js';
import { seeded } from './random.js';

/** An m-line; what comes in is the test's. */
export class FakeTransceiver {
  /** @type {string|null} */
  mid = null;

  /** @param {string} kind @param {string} direction @param {any} track */
  constructor(kind, direction, track) {
    this.kind = kind;
    this.direction = direction;
    const sender = { track, getParameters: () => ({}), replaceTrack: async (/** @type {any} */ next) => void (sender.track = next) };
    this.sender = sender;
    this.receiver = new FakeReceiver(kind);
  }
}

/** Counts what the test lets come. */
export class FakeReceiver {
  frames = 0;
  keyFrames = 0;
  packets = 0;

  /** @param {string} kind */
  constructor(kind) {
    this.track = { kind, muted: false, onmute: null, onunmute: null };
  }

  async getStats() {
    const { track: { kind }, frames, keyFrames, packets } = this;
    return new Map([['I', { type: 'inbound-rtp', kind, framesDecoded: frames, keyFramesDecoded: keyFrames, packetsReceived: packets }]]);
  }

  getSynchronizationSources() {
    return [];
  }
}

/** A connection as a link uses it: with a configuration, m-lines and events besides what negotiation needs. */
export class FakeConnection extends FakePeerConnection {
  connectionState = 'new';
  iceGatheringState = 'new';
  restarts = 0;
  /** @type {FakeTransceiver[]} */
  transceivers = [];
  /** @type {any[]} every configuration it had, oldest first */
  configurations = [];
  /** @type {(() => void)|null} */
  onconnectionstatechange = null;
  /** @type {(() => void)|null} */
  onicegatheringstatechange = null;
  /** @type {((event: any) => void)|null} */
  onicecandidateerror = null;
  /** @type {((event: any) => void)|null} */
  ontrack = null;

  /** @param {any} configuration */
  setConfiguration(configuration) {
    this.configurations.push(configuration);
  }

  /** @override */
  restartIce() {
    this.restarts += 1;
    super.restartIce();
  }

  /** @param {'audio'|'video'|{kind: string}} what @param {{direction?: string}} [options] */
  addTransceiver(what, { direction = 'sendrecv' } = {}) {
    const kind = typeof what === 'string' ? what : what.kind;
    const transceiver = new FakeTransceiver(kind, direction, typeof what === 'string' ? null : what);
    this.transceivers.push(transceiver);
    return transceiver;
  }

  getTransceivers() {
    return this.transceivers;
  }

  /** @override */
  async setLocalDescription() {
    await super.setLocalDescription();
    this.transceivers.forEach((transceiver, index) => { transceiver.mid = String(index); });
  }

  async getStats() {
    return new Map();
  }

  /** @param {string} state */
  become(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** @param {string} state */
  gathering(state) {
    this.iceGatheringState = state;
    this.onicegatheringstatechange?.();
  }
}

/**
 * One link, whose connection, clock and signalling are the test's.
 * @param {Partial<import('../../peer-connections/link.js').LinkOptions>} options
 */
export function fakeLink(options = {}) {
  const clock = /** @type {ManualClock} */ (options.clock ?? new ManualClock());
  /** @type {FakeConnection[]} */
  const connections = [];
  /** @type {any[]} */
  const sent = [];
  /** @type {Record<string, any>} */
  const shown = {};
  const other = /** @type {{receive: (signal: any) => void}|null} takes what is said */ (null);
  const end = { clock, connections, sent, shown, other, get connection() { return /** @type {FakeConnection} */ (connections.at(-1)); } };
  const send = (/** @type {any} */ signal) => {
    sent.push(signal);
    end.other?.receive(structuredClone(signal));
  };
  const link = new Link({
    polite: true,
    clock,
    connect: (configuration) => {
      const connection = new FakeConnection(clock, seeded(connections.length + 1));
      connection.configurations.push(configuration);
      connections.push(connection);
      return /** @type {any} */ (connection);
    },
    lines: (connection) => new Sources(connection, () => null, /** @type {any} */ ({ person: {}, screen: {} })),
    iceServers: [{ urls: ['turn:192.0.2.1:3478?transport=udp', 'turn:192.0.2.1:3478?transport=tcp'], username: 'one', credential: 'x' }],
    relayOnly: false,
    events: { send, track: () => {}, changed: (change) => void Object.assign(shown, change) },
    ...options,
  });
  return Object.assign(end, { link });
}

/**
 * Both ends of a link, which have agreed on their first descriptions.
 * @param {Partial<import('../../peer-connections/link.js').LinkOptions>} options
 */
export async function fakePair(options = {}) {
  const clock = new ManualClock();
  const polite = fakeLink({ ...options, clock, polite: true });
  const impolite = fakeLink({ ...options, clock, polite: false });
  polite.other = impolite.link;
  impolite.other = polite.link;
  await clock.run(1_000);
  return { clock, polite, impolite };
}
