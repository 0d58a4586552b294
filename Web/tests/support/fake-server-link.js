// @ts-check
import { SFULink } from '../../peer-connections/sfu-link.js';
import { FakeConnection } from './fake-link.js';
import { ManualClock } from './manual-clock.js';
import { seeded } from './random.js';

/**
 * What a server answers.
 * @param {{neg: number, sdp: string}} offer
 * @param {{neg?: number, fingerprint?: string}} [options]
 */
export function serverAnswer(offer, { neg = offer.neg, fingerprint = 'server' } = {}) {
  const name = /a=offer:(.*)/.exec(offer.sdp)?.[1] ?? '';
  return /** @type {const} */ ({ type: 'answer', neg, tracks: {}, sdp: `a=fingerprint:sha-256 ${fingerprint}\na=answers:${name}\na=ice:server\n` });
}

/**
 * The page's link to the server; the answers are the test's.
 * @param {{ownTrack?: (source: any) => any}} [options]
 */
export function fakeServerLink({ ownTrack = () => null } = {}) {
  const clock = new ManualClock();
  /** @type {FakeConnection[]} */
  const connections = [];
  /** @type {any[]} */
  const sent = [];
  /** @type {[string, number|null, boolean][]} with the index of the line */
  const slots = [];
  /** @type {Record<string, any>} */
  const shown = {};
  let answered = 0;
  const link = new SFULink({
    clock,
    connect: () => {
      const connection = new FakeConnection(clock, seeded(connections.length + 1));
      connections.push(connection);
      return /** @type {any} */ (connection);
    },
    makeStream: () => /** @type {any} */ ({}),
    iceServers: [],
    ownTrack,
    events: {
      send: (signal) => void sent.push(signal),
      slot: (trackId, receiver, wasUsed) => {
        const index = connections.at(-1)?.transceivers.findIndex((one) => /** @type {unknown} */ (one.receiver) === receiver) ?? -1;
        slots.push([trackId, index < 0 ? null : index, wasUsed]);
      },
      answered: () => void (answered += 1),
      changed: (change) => void Object.assign(shown, change),
    },
  });
  const offers = () => sent.filter(({ type }) => type === 'offer');
  return {
    clock, link, connections, sent, shown, offers,
    slots: () => slots,
    answered: () => answered,
    get connection() { return /** @type {FakeConnection} */ (connections.at(-1)); },
    /** Answers the latest offer. @param {{neg?: number, fingerprint?: string}} [options] */
    answer: async (options) => {
      link.receive(serverAnswer(offers().at(-1), options));
      await clock.run(200);
    },
  };
}
