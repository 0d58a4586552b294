// @ts-check
/**
 * Who is shown how: decides from the state alone, measures nothing.
 *
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').Participant} Participant
 * @typedef {Object} Plan lists of tile ids; a tile's id is `participant/camera` or `participant/screen`
 * @property {'alone'|'pair'|'grid'|'focus'} mode
 * @property {string[]} large on the stage, in 'focus'
 * @property {string[]} small in the strip, in 'focus'; else the grid
 * @property {string|null} floating own tile in the corner
 */

/**
 * @param {Pick<State, 'participants'|'you'|'view'|'pinned'|'preferences'>} state
 * @param {string|null} speaker who spoke last, not oneself
 * @returns {Plan}
 */
export function planStage(state, speaker) {
  const own = state.you?.id ?? '';
  const others = state.participants.filter((person) => person.id !== own);
  const self = own ? [`${own}/camera`] : [];
  const shownSelf = state.preferences.selfViewHidden && others.length ? [] : self;
  const cameras = others.map((person) => `${person.id}/camera`);
  const screens = others.filter((person) => person.screen === 'on').map((person) => `${person.id}/screen`);
  // One's own screen has no tile: one sees it anyway, and the people keep the stage. `stage-notes` says that it is shared.
  const all = [...screens, ...cameras, ...shownSelf];
  if (others.length === 0) return { mode: 'alone', large: [], small: self, floating: null };
  const large = largeTiles(state, all, screens, speaker, others.length);
  if (large.length) return { mode: 'focus', large, small: all.filter((id) => !large.includes(id)), floating: null };
  if (others.length === 1) return { mode: 'pair', large: [], small: cameras, floating: shownSelf[0] ?? null };
  return { mode: 'grid', large: [], small: all, floating: null };
}

/**
 * Pinned tiles, else shared screens, else the speaker when that view is chosen.
 * @param {Pick<State, 'pinned'|'view'>} state
 * @param {string[]} all
 * @param {string[]} screens
 * @param {string|null} speaker
 * @param {number} others
 */
function largeTiles(state, all, screens, speaker, others) {
  const pinned = all.filter((id) => isPinned(state.pinned, id));
  if (pinned.length) return pinned;
  if (screens.length) return screens;
  if (state.view !== 'speaker' || others < 2) return [];
  const cameras = all.filter((id) => id.endsWith('/camera'));
  return cameras.filter((id, index) => (speaker ? id === `${speaker}/camera` : index === 0)).slice(0, 1);
}

/**
 * A pin names a track, or a participant: then the camera.
 * @param {readonly string[]} pinned
 * @param {string} tile
 */
export function isPinned(pinned, tile) {
  return pinned.includes(tile) || (tile.endsWith('/camera') && pinned.includes(tile.slice(0, -'/camera'.length)));
}

/**
 * The order in which the number keys name tiles: by joining, oneself last. A pin moves a tile but not its number, so the same key unpins it.
 * @param {readonly string[]} tiles
 * @param {Pick<State, 'participants'|'you'>} state
 * @returns {string[]}
 */
export function numberOrder(tiles, { participants, you }) {
  const people = participants.map(({ id }) => id);
  const place = (/** @type {string} */ tile) => {
    const owner = tile.slice(0, tile.lastIndexOf('/'));
    return owner === you?.id ? people.length : people.indexOf(owner);
  };
  return tiles.toSorted((left, right) => place(left) - place(right) || left.localeCompare(right));
}

/**
 * The part of a strip that fits; who speaks takes the last place when he would be out of sight.
 * @param {readonly string[]} tiles
 * @param {number} visible
 * @param {string|null} speaker
 */
export function stripWindow(tiles, visible, speaker) {
  const shown = tiles.slice(0, visible);
  const wanted = `${speaker}/camera`;
  if (visible > 0 && tiles.includes(wanted) && !shown.includes(wanted)) shown[visible - 1] = wanted;
  return shown;
}
