// @ts-check
/**
 * What is said over the socket, and what must be said again after it broke: a pure state machine.
 * Inputs: opened, closed, received, and what the person sends. Each returns the effects, in order.
 *
 * ```
 * idle ─open→ greeting ─waiting→ waiting ─welcome→ joined
 *                 │ └─welcome, resumed─────────────→ │ ─close→ lost ─open→ greeting
 *                 └─error, bye → over ←──────────────┘
 * ```
 *
 * @typedef {import('../types/messages.js').ServerMessage} ServerMessage
 * @typedef {import('../types/messages.js').ClientMessage} ClientMessage
 * @typedef {import('../types/messages.js').Presence} Presence
 *
 * Effects: `deliver` goes to the state and to the connections; `seated` says we are in the room, `fresh` by a whole welcome,
 * else resumed; `refused`: the server does not take this hello; `reconnect`: close this socket and open another;
 * `offer-refused`: the server would not take our offer of media; `complaint`: the server did not do what was asked.
 *
 * @typedef {{type: 'send', message: ClientMessage}
 * | {type: 'deliver', message: ServerMessage}
 * | {type: 'seated', fresh: boolean}
 * | {type: 'lost'}
 * | {type: 'keep-seat', resume: string}
 * | {type: 'forget-seat'}
 * | {type: 'refused', code: string}
 * | {type: 'over', reason: string}
 * | {type: 'reconnect', code: string}
 * | {type: 'chat-refused', clientId: string}
 * | {type: 'offer-refused', code: string}
 * | {type: 'complaint', code: string}
 * } Effect
 *
 * @typedef {{clientId: string, text: string, to?: string}} PendingChat
 */

/** Chat that waits for the server; beyond it the person is told at once. */
const PENDING_CHAT = 100;
/** Hellos on one connection: with the resume token and once without. */
const HELLOS = 2;
/** Refusals that the person can mend on the pre-join page. */
const correctable = ['bad-name', 'bad-token', 'bad-room'];
/** Refusals that pass by themselves; all others are final, whatever they say about trying again. */
const passing = ['server-draining', 'server-error', 'rate-limited', 'stale'];

export class Session {
  #room;
  #name;
  #device;
  #token;
  /** @type {'idle'|'greeting'|'waiting'|'joined'|'lost'|'over'} */
  #phase = 'idle';
  #resume;
  #lastSeq = /** @type {number|null} */ (null);
  #nextId = 1;
  #helloId = 0;
  #hellos = 0;
  /** @type {Presence} */
  #presence;
  /** @type {PendingChat[]} */
  #chat = [];
  /** @type {Map<number, string>} id of a chat message on this connection → its clientId */
  #asked = new Map();
  /** @type {Set<number>} ids of offers to the server on this connection */
  #offered = new Set();
  #you = '';

  /**
   * @param {{room: string, name: string, device?: string, token?: string|null, resume?: string|null, presence?: Presence}} options
   *   `token` is the invitation's; `resume` the seat's, which this tab kept from before a reload
   */
  constructor({ room, name, device, token = null, resume = null, presence = {} }) {
    this.#room = room;
    this.#name = name;
    this.#device = device;
    this.#token = token;
    this.#resume = resume;
    this.#presence = presence;
  }

  get isSeated() {
    return this.#phase === 'joined';
  }

  get you() {
    return this.#you;
  }

  /** @returns {Effect[]} */
  opened() {
    if (this.#phase === 'over') return [];
    this.#phase = 'greeting';
    this.#asked.clear();
    this.#offered.clear();
    this.#hellos = 0;
    return this.#hello();
  }

  /** @returns {Effect[]} */
  closed() {
    if (this.#phase === 'over' || this.#phase === 'lost') return [];
    this.#phase = 'lost';
    return [{ type: 'lost' }];
  }

  /**
   * @param {ServerMessage} message
   * @param {number|null} [seq]
   * @returns {Effect[]}
   */
  received(message, seq = null) {
    if (this.#phase === 'over') return [];
    // `resumed` stands before the messages that were missed: its own number must not hide theirs.
    if (seq !== null && message.type !== 'resumed') this.#lastSeq = Math.max(this.#lastSeq ?? 0, seq);
    switch (message.type) {
      case 'welcome':
      case 'resumed':
        return this.#seated(message);
      case 'waiting':
        this.#phase = 'waiting';
        return [{ type: 'deliver', message }];
      case 'error':
        return this.#error(message);
      case 'bye':
        return this.#bye(message);
      case 'chat':
        if (message.from === this.#you) this.#chat = this.#chat.filter(({ clientId }) => clientId !== message.clientId);
        return [{ type: 'deliver', message }];
      case 'updated':
        if (message.participant.id === this.#you) this.#presence = { ...this.#presence, hand: message.participant.hand };
        return [{ type: 'deliver', message }];
      default:
        return [{ type: 'deliver', message }];
    }
  }

  /**
   * What we are doing; sent now, and whole after every fresh welcome.
   * @param {Presence} change
   * @returns {Effect[]}
   */
  present(change) {
    this.#presence = { ...this.#presence, ...change };
    return this.#say({ type: 'state', id: this.#id(), ...change });
  }

  /**
   * @param {PendingChat} message
   * @returns {Effect[]}
   */
  chat(message) {
    if (this.#chat.length >= PENDING_CHAT) return [{ type: 'chat-refused', clientId: message.clientId }];
    this.#chat = [...this.#chat.filter(({ clientId }) => clientId !== message.clientId), message];
    return this.#phase === 'joined' ? [this.#chatMessage(message)] : [];
  }

  /**
   * What only makes sense now: it is dropped without a connection.
   * @param {ClientMessage} message
   * @returns {Effect[]}
   */
  say(message) {
    switch (message.type) {
      case 'react':
      case 'moderate':
        return this.#say({ ...message, id: this.#id() });
      case 'offer':
        return message.to === 'sfu' ? this.#offer(message) : this.#say(message);
      default:
        return this.#say(message);
    }
  }

  /** @returns {Effect[]} */
  leave() {
    const seated = this.#phase === 'joined' || this.#phase === 'waiting';
    this.#phase = 'over';
    /** @type {Effect[]} */
    const farewell = seated ? [{ type: 'send', message: { type: 'leave', id: this.#id() } }] : [];
    return [...farewell, { type: 'forget-seat' }, { type: 'over', reason: 'left' }];
  }

  /** @returns {Effect[]} */
  #hello() {
    this.#hellos += 1;
    this.#helloId = this.#id();
    /** @type {import('../types/messages.js').Hello} */
    const hello = { type: 'hello', id: this.#helloId, room: this.#room, name: this.#name, kind: 'browser' };
    if (this.#device) hello.device = this.#device;
    if (this.#token) hello.token = this.#token;
    if (this.#resume) {
      hello.resume = this.#resume;
      // Without it, after a reload, the server tells everything anew.
      if (this.#lastSeq !== null) hello.lastSeq = this.#lastSeq;
    }
    return [{ type: 'send', message: hello }];
  }

  /**
   * @param {import('../types/messages.js').Welcome|import('../types/messages.js').Resumed} message
   * @returns {Effect[]}
   */
  #seated(message) {
    this.#phase = 'joined';
    this.#resume = message.resume;
    this.#you = message.you.id;
    const fresh = message.type === 'welcome';
    if (fresh) this.#lastSeq = message.seq;
    return [
      { type: 'keep-seat', resume: message.resume },
      { type: 'deliver', message },
      { type: 'seated', fresh },
      ...this.#say({ type: 'state', id: this.#id(), ...this.#presence }),
      ...this.#chat.map((pending) => this.#chatMessage(pending)),
    ];
  }

  /**
   * @param {import('../types/messages.js').ErrorMessage} message
   * @returns {Effect[]}
   */
  #error(message) {
    if (this.#phase === 'greeting' && (message.re === undefined || message.re === this.#helloId)) return this.#helloRefused(message);
    const clientId = this.#asked.get(message.re ?? 0);
    if (clientId !== undefined) {
      this.#chat = this.#chat.filter((pending) => pending.clientId !== clientId);
      return [{ type: 'chat-refused', clientId }, { type: 'complaint', code: message.code }];
    }
    if (this.#offered.delete(message.re ?? 0)) return [{ type: 'offer-refused', code: message.code }];
    if (message.code === 'denied') return this.#over('denied');
    return [{ type: 'complaint', code: message.code }];
  }

  /**
   * @param {import('../types/messages.js').ErrorMessage} message
   * @returns {Effect[]}
   */
  #helloRefused({ code }) {
    const hadToken = this.#resume !== null;
    if (code === 'stale' && hadToken && this.#hellos < HELLOS) {
      this.#resume = null;
      this.#lastSeq = null;
      return [{ type: 'forget-seat' }, ...this.#hello()];
    }
    if (correctable.includes(code)) {
      this.#phase = 'over';
      return [{ type: 'forget-seat' }, { type: 'refused', code }];
    }
    return passing.includes(code) ? [{ type: 'reconnect', code }] : this.#over(code);
  }

  /**
   * @param {import('../types/messages.js').Bye} message
   * @returns {Effect[]}
   */
  #bye({ reason, retry }) {
    if (retry === 'none') return this.#over(reason);
    return [{ type: 'reconnect', code: reason }];
  }

  /** @param {string} reason @returns {Effect[]} */
  #over(reason) {
    this.#phase = 'over';
    return [{ type: 'forget-seat' }, { type: 'over', reason }];
  }

  /** @param {import('../types/messages.js').OutgoingDescription} offer @returns {Effect[]} */
  #offer(offer) {
    const id = this.#id();
    this.#offered.add(id);
    return this.#say({ ...offer, id });
  }

  /** @param {PendingChat} pending @returns {Effect} */
  #chatMessage({ clientId, text, to }) {
    const id = this.#id();
    this.#asked.set(id, clientId);
    return { type: 'send', message: to === undefined ? { type: 'chat', id, text, clientId } : { type: 'chat', id, text, to, clientId } };
  }

  /** @param {ClientMessage} message @returns {Effect[]} */
  #say(message) {
    return this.#phase === 'joined' ? [{ type: 'send', message }] : [];
  }

  #id() {
    return this.#nextId++;
  }
}
