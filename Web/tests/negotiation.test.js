// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Negotiation } from '../peer-connections/negotiation.js';
import { FakePeerConnection } from './support/fake-peer-connection.js';
import { ManualClock, settled } from './support/manual-clock.js';
import { seeded } from './support/random.js';

/** One page of two: its negotiation, its connection, and the way to the other one. */
class End {
  online = true;
  /** @type {any[]} kept by the server while this end is away */
  #held = [];
  /** @type {End|null} */
  other = null;
  #lastDelivery = 0;
  errors = /** @type {unknown[]} */ ([]);

  /** @param {ManualClock} clock @param {ReturnType<typeof seeded>} random @param {boolean} polite */
  constructor(clock, random, polite) {
    this.clock = clock;
    this.random = random;
    this.polite = polite;
    this.load();
  }

  /** The page is opened, or opened again: nothing of the old one is left. */
  load() {
    this.negotiation?.close();
    this.connection?.close();
    this.#held = [];
    this.#connect();
    const page = this;
    const negotiation = new Negotiation({
      polite: this.polite,
      first: Math.floor(this.clock.now() / 1000),
      peer: {
        get connection() {
          return /** @type {any} */ (page.connection);
        },
        renew: () => this.#connect(),
        offerSources: () => {},
        expect: () => {},
        adopt: () => {},
        tracks: () => ({}),
        send: (signal) => this.#send(signal),
        failed: (error) => this.errors.push(error),
      },
    });
    this.negotiation = negotiation;
    if (this.polite) negotiation.wish();
    else this.clock.after(2_000, () => { if (this.negotiation === negotiation && !negotiation.hasBegun) negotiation.wish(); });
  }

  #connect() {
    this.connection?.close();
    const connection = new FakePeerConnection(this.clock, this.random);
    connection.onicecandidate = ({ candidate }) => { if (this.connection === connection) this.negotiation?.candidate(candidate); };
    this.connection = connection;
  }

  /** @param {any} signal */
  #send(signal) {
    if (!this.online) return;
    // In order, as one WebSocket keeps it.
    this.#lastDelivery = Math.max(this.#lastDelivery, this.clock.now() + this.random.integer(100));
    const other = /** @type {End} */ (this.other);
    this.clock.after(this.#lastDelivery - this.clock.now(), () => other.#arrive(JSON.parse(JSON.stringify(signal))));
  }

  /** @param {any} signal */
  #arrive(signal) {
    if (this.online) this.negotiation?.receive(signal);
    else this.#held.push(signal);
  }

  drop() {
    this.online = false;
  }

  back() {
    if (this.online) return;
    this.online = true;
    this.negotiation?.resume();
    for (const signal of this.#held.splice(0)) this.negotiation?.receive(signal);
  }
}

/** @param {number} seed */
async function story(seed, events = 12) {
  const random = seeded(seed);
  const clock = new ManualClock();
  const polite = new End(clock, random, true);
  const impolite = new End(clock, random, false);
  polite.other = impolite;
  impolite.other = polite;
  const ends = [polite, impolite];
  for (let index = 0; index < events; index += 1) {
    await clock.run(random.integer(600));
    const end = random.pick(ends);
    const event = random.integer(6);
    if (event < 3) end.negotiation?.wish({ restart: random.integer(2) === 0 });
    else if (event === 3) end.drop();
    else if (event === 4) end.back();
    else if (random.integer(3) === 0) end.load();
    else end.negotiation?.rebuild();
  }
  for (const end of ends) end.back();
  for (let round = 0; round < 4; round += 1) {
    await clock.run(10_000);
    for (const end of ends) if (end.negotiation?.isWaiting) end.negotiation.repeat();
  }
  await clock.run(10_000);
  await settled();
  return { polite, impolite };
}

/** @param {End} end */
function view(end) {
  const { connection } = end;
  return {
    state: connection?.signalingState,
    agreed: connection?.agreed,
    waiting: end.negotiation?.isWaiting,
    remote: connection?.remoteFingerprint,
    candidates: [...(connection?.candidates ?? [])].sort(),
  };
}

/** @param {{polite: End, impolite: End}} ends @param {string} label */
function assertAgreed({ polite, impolite }, label) {
  const [a, b] = [view(polite), view(impolite)];
  assert.equal(a.state, 'stable', `${label}: polite side`);
  assert.equal(b.state, 'stable', `${label}: impolite side`);
  assert.equal(a.waiting || b.waiting, false, `${label}: nobody waits`);
  assert.notEqual(a.agreed, '', label);
  assert.equal(a.agreed, b.agreed, `${label}: both hold the same offer`);
  assert.equal(a.remote, impolite.connection?.fingerprint, `${label}: polite side talks to the living connection`);
  assert.equal(b.remote, polite.connection?.fingerprint, `${label}: impolite side talks to the living connection`);
  assert.deepEqual(a.candidates, [...(impolite.connection?.gathered ?? [])].sort(), `${label}: polite side has every candidate`);
  assert.deepEqual(b.candidates, [...(polite.connection?.gathered ?? [])].sort(), `${label}: impolite side has every candidate`);
}

test('Two pages that meet agree after one offer of the polite side', async () => {
  const ends = await story(1, 0);
  assertAgreed(ends, 'meeting');
  assert.match(String(ends.polite.connection?.agreed), new RegExp(`^${ends.polite.connection?.name}/1$`));
});

test('Whatever is wished, lost, reloaded and rebuilt, both sides end up with the same living session', async () => {
  const first = Number(process.env.SEED ?? 20261122);
  const count = process.env.SEED ? 1 : 400;
  for (let seed = first; seed < first + count; seed += 1) assertAgreed(await story(seed), `SEED=${seed}`);
});
