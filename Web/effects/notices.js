// @ts-check
/**
 * Short messages and soft sounds: what happened in the room, said once.
 *
 * @typedef {import('../state/actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/messages.js').ServerMessage} ServerMessage
 * @typedef {import('../media-streams/sounds.js').SoundName} SoundName
 */
const TOAST_MS = 5_000;
const REACTION_MS = 4_000;
/** Codes of `error` that have a sentence of their own. */
const complaints = new Set(['not-allowed', 'rate-limited']);

export class Notices {
  #store;
  #clock;
  #play;
  #nextId = 1;

  /**
   * @param {{store: import('../state/store.js').Store<State, Action>, clock: import('../state/clock.js').Clock,
   *   play: (sound: SoundName) => void}} options
   */
  constructor({ store, clock, play }) {
    this.#store = store;
    this.#clock = clock;
    this.#play = play;
  }

  /** @param {string} key @param {Record<string, string|number>} [values] */
  toast(key, values) {
    const same = this.#store.getState().toasts.find((shown) => shown.key === key && shown.values?.name === values?.name);
    if (same) this.#store.dispatch({ type: 'toast-gone', id: same.id });
    const id = this.#nextId++;
    this.#store.dispatch(values ? { type: 'toast', id, key, values, at: this.#clock.now() } : { type: 'toast', id, key, at: this.#clock.now() });
    this.#clock.after(TOAST_MS, () => this.#store.dispatch({ type: 'toast-gone', id }));
  }

  /** @param {string} code of an `error` */
  complain(code) {
    if (complaints.has(code)) this.toast(`toast.${code}`);
  }

  /**
   * @param {ServerMessage} message
   * @param {State} state as it was before the message
   */
  announce(message, state) {
    switch (message.type) {
      case 'joined':
        return this.#say('joined', 'toast.joined', message.participant.name);
      case 'left':
        if (message.reason !== 'ended') this.#say('left', 'toast.left', message.participant.name);
        return;
      case 'updated':
        return this.#updated(message.participant, state);
      case 'reaction':
        return this.#react(message.participant, message.emoji);
      case 'chat':
        if (message.from !== state.you?.id && state.panel !== 'chat') this.#say('message', 'toast.message', message.name);
        return;
      case 'lobby':
        return this.#lobby(message.waiting, state);
      case 'moderated':
        return this.#moderated(message, state);
      case 'notice':
        if (message.code === 'not-stored') this.toast('toast.not-stored');
        return;
      case 'resumed':
        if (state.meetingState === 'reconnecting') this.toast('toast.recovered');
        return;
      default:
    }
  }

  /** @param {SoundName} sound @param {string} key @param {string} name */
  #say(sound, key, name) {
    this.toast(key, { name });
    this.#play(sound);
  }

  /** @param {import('../types/state.js').Participant} participant @param {State} state */
  #updated(participant, state) {
    const before = state.participants.find(({ id }) => id === participant.id);
    if (!before || participant.id === state.you?.id) return;
    if (participant.hand && !before.hand) this.#say('hand', 'toast.hand-raised', participant.name);
    if (participant.screen === 'on' && before.screen === 'off') this.toast('toast.sharing', { name: participant.name });
  }

  /** @param {string} participant @param {string} emoji */
  #react(participant, emoji) {
    const id = this.#nextId++;
    this.#store.dispatch({ type: 'reaction-shown', id, participant, emoji, at: this.#clock.now() });
    this.#clock.after(REACTION_MS, () => this.#store.dispatch({ type: 'reaction-gone', id }));
  }

  /** @param {readonly import('../types/messages.js').LobbyGuest[]} waiting @param {State} state */
  #lobby(waiting, state) {
    const known = new Set(state.lobbyGuests.map(({ id }) => id));
    for (const { id, name } of waiting) {
      if (known.has(id)) continue;
      // Above the stage there is a line about it, with the buttons, unless the panel with the list is open.
      if (state.panel === 'people') this.toast('toast.lobby-guest', { name });
      this.#play('joined');
    }
  }

  /** @param {import('../types/messages.js').Moderated} message @param {State} state */
  #moderated({ action, by, participant, on }, state) {
    const removed = action === 'remove' || action === 'ban' ? state.participants.find(({ id }) => id === participant) : undefined;
    if (removed && by === state.you?.id) return this.toast('toast.removed-other', { name: removed.name });
    const own = participant === state.you?.id;
    const meant = own || (participant === undefined && by !== state.you?.id);
    const room = new Map([['lock', 'toast.locked'], ['unlock', 'toast.unlocked'], ['lobby', on === false ? 'toast.lobby-off' : 'toast.lobby-on'],
      // That it begins is said above the stage.
      ['relay-only', on === false ? 'toast.relay-only-off' : '']]);
    const person = new Map([
      ['mute', 'toast.muted-by-host'],
      ['stop-camera', 'toast.camera-stopped-by-host'],
      ['stop-screen', 'toast.screen-stopped-by-host'],
      ['lower-hand', 'toast.hand-lowered-by-host'],
      ['promote', 'toast.promoted'],
      ['demote', 'toast.demoted'],
    ]);
    const key = room.get(action) ?? (meant && isAffected(action, state) ? person.get(action) : undefined);
    if (key) this.toast(key);
  }
}

/**
 * Nobody is told that he was muted when he was silent anyway.
 * @param {string} action
 * @param {State} state
 */
function isAffected(action, { local, participants, you }) {
  switch (action) {
    case 'mute':
      return local.microphone.actual === 'on';
    case 'stop-camera':
      return local.camera.actual === 'on';
    case 'stop-screen':
      return local.screen.actual === 'on';
    case 'lower-hand':
      return participants.find(({ id }) => id === you?.id)?.hand === true;
    default:
      return true;
  }
}
