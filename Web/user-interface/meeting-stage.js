// @ts-check
/**
 * The dark stage: keeps one tile for each picture by its id, asks `stage-plan` and `layout` where it belongs, and moves it there.
 * It tells the logic how large every remote picture is, so that nobody sends more than is shown.
 *
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../state/layout.js').Box} Box
 * @typedef {import('../state/layout.js').Size} Size
 * @typedef {import('./stage-plan.js').Plan} Plan
 * @typedef {{id: string, box: Box, priority: number, floats?: boolean}} Placed
 */
import { bestFit, placeStrip, placeTiles, splitStage } from '../state/layout.js';
import { MeetingElement } from './element.js';
import { h, icon, setAttribute, setText, show } from './dom.js';
import { cornerBox, floatingSize, makeDraggable, moveCorner } from './floating-self.js';
import { ParticipantTile } from './participant-tile.js';
import { aloneCard } from './stage-alone.js';
import { StagePager } from './stage-pager.js';
import { numberOrder, planStage, stripWindow } from './stage-plan.js';
import { PageOrder } from './stage-pages.js';
import { fadeIn, moveBefore, slide } from './tile-motion.js';

/** Several changes in a row make one report; what settles later is the business of who hears it. */
const REPORT_AFTER_MS = 50;
const PAGER_HEIGHT = 48;
const ON_STAGE = 3;
const IN_GRID = 2;
const IN_STRIP = 1;

export class MeetingStage extends MeetingElement {
  /** @type {Map<string, ParticipantTile>} */
  #tiles = new Map();
  #room = { width: 0, height: 0 };
  /** @type {string|null} */
  #lastSpeaker = null;
  #reported = '';
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #reportTimer;
  /** @type {Placed[]} */
  #placed = [];
  #pageCount = 1;
  #pages = new PageOrder();
  #field = h('div', { class: 'stage-field' });
  /** @type {HTMLElement} */
  #alone = h('div');
  #hiddenCount = 0;
  #rest = h('button', { type: 'button', class: 'stage-rest', on: { click: () => this.state.panel !== 'people' && this.send({ type: 'toggle-panel', panel: 'people' }) } });
  #pager = new StagePager();
  #mover = h('button', { type: 'button', class: 'tile-button' }, icon('corner'));

  build() {
    this.#alone = aloneCard(this.text, (gesture) => this.send(gesture));
    this.#pager.build(this.text, (page) => this.send({ type: 'set-page', page }));
    setAttribute(this.#mover, 'aria-label', this.text.say('tile.move-self'));
    setAttribute(this.#mover, 'title', this.text.say('tile.move-self'));
    this.#mover.addEventListener('click', this.#nextCorner);
    this.#mover.addEventListener('keydown', this.#moveByKey);
    this.append(this.#field, this.#alone, this.#rest, this.#pager.element);
  }

  connected() {
    const observer = new ResizeObserver(() => this.#measure());
    observer.observe(this.#field);
    this.life.addEventListener('abort', () => {
      observer.disconnect();
      clearTimeout(this.#reportTimer);
      this.#reportTimer = undefined;
      this.#reported = '';
    }, { once: true });
    document.addEventListener('visibilitychange', () => this.#reportSoon(), { signal: this.life });
    // A picture in a window of its own is in sight while the page is not; these events bubble.
    for (const name of ['enterpictureinpicture', 'leavepictureinpicture']) this.addEventListener(name, () => this.#reportSoon(), { signal: this.life });
  }

  /** @param {State} state @param {State|null} previous */
  render(state, previous) {
    const speaker = state.speaking.find((id) => id !== state.you?.id);
    if (speaker) this.#lastSpeaker = speaker;
    if (!state.participants.some((person) => person.id === this.#lastSpeaker)) this.#lastSpeaker = null;
    setAttribute(this, 'data-dimmed', state.meetingState === 'reconnecting');
    this.#layout(state, previous !== null);
  }

  /** The tile whose picture goes into a picture-in-picture window: the largest. */
  get mainVideo() {
    const withPicture = this.#placed.filter(({ id }) => this.#tiles.get(id)?.video.srcObject);
    const largest = withPicture.toSorted((left, right) => right.box.width - left.box.width)[0];
    return largest ? this.#tiles.get(largest.id)?.video ?? null : null;
  }

  /** Ids in the order in which the number keys pin them. */
  get shownTiles() {
    return numberOrder(this.#placed.filter((placed) => !placed.floats).map(({ id }) => id), this.state);
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.#field;
    if (width === this.#room.width && height === this.#room.height) return;
    this.#room = { width, height };
    this.#layout(this.state, false);
  }

  /**
   * @param {State} state
   * @param {boolean} isAnimated not for the first time, nor when the window changes its size
   */
  #layout(state, isAnimated) {
    const plan = planStage(state, this.#lastSpeaker);
    setAttribute(this, 'data-mode', plan.mode);
    show(this.#alone, plan.mode === 'alone' && state.meetingState !== 'joining' && state.you !== null);
    if (this.#room.width < 1 || this.#room.height < 1) return;
    this.#placed = this.#place(plan, state);
    this.#keepTiles(plan);
    const order = new Map(this.#placed.map((placed) => [placed.id, placed]));
    for (const [id, tile] of this.#tiles) this.#put(tile, order.get(id), isAnimated);
    this.#renderPages(state);
    this.#reportSoon();
  }

  /**
   * @param {Plan} plan
   * @param {State} state
   * @returns {Placed[]}
   */
  #place(plan, state) {
    const room = this.#room;
    const gap = room.width < 600 ? 8 : 12;
    this.#pageCount = 1;
    this.#hiddenCount = 0;
    if (plan.mode === 'focus') return this.#placeFocus(plan, gap);
    if (plan.mode === 'pair') return this.#placePair(plan, state);
    const options = { gap, minimumWidth: room.width < 600 ? 132 : 180 };
    const whole = bestFit(plan.small.length, room, options);
    // Where there are pages, the buttons that turn them have a line of their own.
    const used = whole.pages > 1 ? { ...room, height: room.height - PAGER_HEIGHT } : room;
    const grid = whole.pages > 1 ? bestFit(plan.small.length, used, options) : whole;
    this.#pageCount = Math.max(1, grid.pages);
    const page = Math.min(Math.max(0, state.page), this.#pageCount - 1);
    const own = `${state.you?.id}/camera`;
    const order = this.#pages.arrange(plan.small, grid.perPage, { own, speaking: state.speaking });
    const ids = order.slice(page * grid.perPage, (page + 1) * grid.perPage);
    const boxes = placeTiles(grid, ids.length, used, gap);
    return pair(ids, boxes, IN_GRID);
  }

  /**
   * @param {Plan} plan
   * @param {number} gap
   */
  #placeFocus(plan, gap) {
    const split = splitStage(this.#room, plan.small.length, gap);
    const isScreens = plan.large.every((id) => id.endsWith('/screen'));
    const whole = [split.main];
    const boxes = isScreens && plan.large.length === 1 ? whole : placeTiles(bestFit(plan.large.length, split.main, { gap, minimumWidth: 0 }), plan.large.length, split.main, gap);
    this.#hiddenCount = plan.small.length - split.visible;
    const shown = stripWindow(plan.small, split.visible, this.#lastSpeaker);
    return [...pair(plan.large, boxes, ON_STAGE), ...pair(shown, placeStrip(split, gap), IN_STRIP)];
  }

  /**
   * Two people: the other has the stage, upright on an upright phone; oneself is in a corner.
   * @param {Plan} plan
   * @param {State} state
   * @returns {Placed[]}
   */
  #placePair(plan, state) {
    const room = this.#room;
    const isUpright = room.height > room.width;
    const height = Math.min(room.height, room.width * 1.5);
    const upright = [{ x: 0, y: (room.height - height) / 2, width: room.width, height }];
    const boxes = isUpright ? upright : placeTiles(bestFit(1, room), 1, room);
    const placed = pair(plan.small, boxes, IN_GRID);
    const box = cornerBox(state.preferences.selfViewCorner, room, floatingSize(room));
    return plan.floating ? [...placed, { id: plan.floating, box, priority: IN_STRIP, floats: true }] : placed;
  }

  /** @param {Plan} plan */
  #keepTiles(plan) {
    const wanted = [...plan.large, ...plan.small, ...(plan.floating ? [plan.floating] : [])];
    for (const [id, tile] of this.#tiles) {
      if (wanted.includes(id)) continue;
      tile.remove();
      this.#tiles.delete(id);
    }
    for (const id of wanted) if (!this.#tiles.has(id)) this.#addTile(id);
    // Read out, people come before their screens, whose names begin with the same words.
    const inOrder = wanted.toSorted((left, right) => Number(left.endsWith('/screen')) - Number(right.endsWith('/screen')));
    const tiles = inOrder.map((id) => this.#tiles.get(id));
    // Among each other in the order of the eye; a moved video would go black for a moment, so nothing moves unless the order is wrong.
    tiles.forEach((tile, index) => {
      const current = this.#field.children[index];
      if (tile && current !== tile) moveBefore(this.#field, tile, current ?? null);
    });
  }

  /** @param {string} id */
  #addTile(id) {
    const tile = new ParticipantTile();
    tile.context = this.context;
    tile.tileId = id;
    this.#tiles.set(id, tile);
    this.#field.append(tile);
    if (id === `${this.state.you?.id}/camera`) makeDraggable(tile, this.#field, () => tile.dataset.floating === '', this.life);
  }

  /**
   * @param {ParticipantTile} tile
   * @param {Placed|undefined} placed undefined: on another page
   * @param {boolean} isAnimated
   */
  #put(tile, placed, isAnimated) {
    const wasVisible = !tile.hidden && tile.dataset.placed === '';
    tile.visible = placed !== undefined;
    if (!placed) return;
    const { box } = placed;
    const x = this.text.direction === 'rtl' ? this.#room.width - box.x - box.width : box.x;
    const before = wasVisible && isAnimated ? tile.getBoundingClientRect() : null;
    tile.style.setProperty('inline-size', `${box.width.toFixed(1)}px`);
    tile.style.setProperty('block-size', `${box.height.toFixed(1)}px`);
    tile.style.setProperty('transform', `translate(${x.toFixed(1)}px, ${box.y.toFixed(1)}px)`);
    setAttribute(tile, 'data-placed', true);
    setAttribute(tile, 'data-floating', placed.floats === true);
    setAttribute(tile, 'data-small', box.width < 200);
    if (placed.floats && !this.#mover.isConnected) tile.querySelector('.tile-buttons')?.append(this.#mover);
    if (!placed.floats && tile.contains(this.#mover)) this.#mover.remove();
    if (before) slide(tile, before);
    else if (isAnimated && !wasVisible) fadeIn(tile);
  }

  /** @param {State} state */
  #renderPages(state) {
    this.#pager.update(Math.min(Math.max(0, state.page), this.#pageCount - 1), this.#pageCount);
    show(this.#rest, this.#hiddenCount > 0);
    const last = this.#placed.at(-1)?.box;
    if (last) {
      this.#rest.style.setProperty('--rest-end', `${Math.round(this.#room.width - last.x - last.width)}px`);
      this.#rest.style.setProperty('--rest-top', `${Math.round(last.y)}px`);
    }
    setText(this.#rest, `+${this.text.number(this.#hiddenCount)}`);
    setAttribute(this.#rest, 'aria-label', this.text.say('stage.rest', { count: this.#hiddenCount }));
  }

  #nextCorner = () => {
    const order = /** @type {const} */ (['bottom-end', 'bottom-start', 'top-start', 'top-end']);
    const next = order[(order.indexOf(this.state.preferences.selfViewCorner) + 1) % order.length] ?? 'bottom-end';
    this.send({ type: 'set-preference', name: 'selfViewCorner', value: next });
  };

  /** @param {KeyboardEvent} event */
  #moveByKey = (event) => {
    if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
    const value = moveCorner(this.state.preferences.selfViewCorner, event.key, this.text.direction === 'rtl');
    this.send({ type: 'set-preference', name: 'selfViewCorner', value });
  };

  #reportSoon() {
    // Not put off by the next change: where many people talk there is always one.
    this.#reportTimer ??= setTimeout(() => this.#report(), REPORT_AFTER_MS);
  }

  #report() {
    this.#reportTimer = undefined;
    if (!this.isConnected) return;
    const { you, participants } = this.state;
    const cameras = new Map(participants.map((person) => [person.id, person.camera]));
    const ratio = globalThis.devicePixelRatio || 1;
    const isRemote = (/** @type {Placed} */ { id }) => !id.startsWith(`${you?.id}/`) && (id.endsWith('/screen') || cameras.get(id.split('/')[0] ?? '') === 'on');
    const apart = document.pictureInPictureElement;
    const isSeen = (/** @type {Placed} */ { id }) => document.visibilityState !== 'hidden' || (apart !== null && apart === this.#tiles.get(id)?.video);
    const shown = this.#placed.filter((placed) => isRemote(placed) && isSeen(placed));
    const tiles = shown
      .map(({ id, box, priority }) => ({ track: id, width: Math.round(box.width * ratio), height: Math.round(box.height * ratio), priority }))
      .toSorted((left, right) => right.priority - left.priority);
    const report = JSON.stringify(tiles);
    if (report === this.#reported) return;
    this.#reported = report;
    this.send({ type: 'tile-sizes', tiles });
  }
}

/**
 * @param {readonly string[]} ids
 * @param {readonly Box[]} boxes
 * @param {number} priority
 * @returns {Placed[]}
 */
function pair(ids, boxes, priority) {
  return ids.flatMap((id, index) => {
    const box = boxes[index];
    return box ? [{ id, box, priority }] : [];
  });
}

customElements.define('meeting-stage', MeetingStage);
