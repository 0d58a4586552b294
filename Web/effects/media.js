// @ts-check
/**
 * Between own devices and everything that uses their tracks: the state, the registry, the meters, the links.
 *
 * @typedef {import('../state/actions.js').Action} Action
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').Source} Source
 * @typedef {import('../state/store.js').Store<State, Action>} Store
 * @typedef {import('../media-streams/local-media.js').LocalMedia} LocalMedia
 * @typedef {import('../media-streams/screen.js').ScreenShare} ScreenShare
 */
import { cameraConstraints } from '../peer-connections/adaptation.js';

/**
 * @param {{store: Store, media: import('../media-streams/registry.js').MediaRegistry,
 *   levels: import('../media-streams/audio-level.js').AudioLevels,
 *   mesh: import('../peer-connections/peer-connections.js').PeerConnections, notices: import('./notices.js').Notices,
 *   makeStream: (track: MediaStreamTrack) => MediaStream}} parts
 * @returns {{localEvents: import('../media-streams/local-media.js').LocalEvents, screenEvents: import('../media-streams/screen.js').ScreenEvents}}
 */
export function followMedia({ store, media, levels, mesh, notices, makeStream }) {
  /** @param {Source} source @param {MediaStreamTrack|null} track */
  const exchanged = (source, track) => {
    media.set(`you/${source}`, track);
    if (source === 'microphone') levels.measure('you/microphone', track, makeStream);
    store.dispatch({ type: 'playing', track: `you/${source}`, playing: track !== null });
    void mesh.refresh(source);
  };
  store.subscribe((state, previous) => {
    if (state.you?.id !== previous.you?.id) media.setOwn(state.you?.id ?? '');
  });
  return {
    localEvents: {
      changed: (source, change) => store.dispatch({ type: 'local', source, change }),
      track: exchanged,
      devices: (devices) => store.dispatch({ type: 'devices', devices }),
      replaced: (source, what, label) => {
        if (what === 'changed') notices.toast('toast.device-changed', { label });
      },
    },
    screenEvents: {
      changed: (change) => store.dispatch({ type: 'local', source: 'screen', change }),
      track: exchanged,
      refused: (reason) => {
        if (reason === 'failed') notices.toast('toast.screen-failed');
      },
    },
  };
}

/** @param {State} state devices are in use in front of and in a room, nowhere else */
function usesDevices({ meetingState }) {
  return meetingState !== 'home' && meetingState !== 'left';
}

/**
 * Devices open when somebody comes to a room and are released when he goes.
 * @param {Store} store
 * @param {{local: LocalMedia, screen: ScreenShare}} devices
 */
export function followPlace(store, { local, screen }) {
  store.subscribe((state, previous) => {
    if (usesDevices(state) && !usesDevices(previous)) {
      const { microphone, camera } = state.preferences;
      void local.open({ microphone: microphone === 'on', camera: camera === 'on' });
    } else if (!usesDevices(state) && usesDevices(previous)) {
      screen.stop();
      local.release();
    }
    if (state.participants.length !== previous.participants.length) {
      void local.resize(cameraConstraints(state.participants.length));
    }
  });
}

/**
 * A host turned something of ours off: the tracks follow. Nobody can turn one on.
 * @param {import('../types/messages.js').ServerMessage} message
 * @param {State} state
 * @param {{local: LocalMedia, screen: ScreenShare}} devices
 */
export function obey(message, { you }, { local, screen }) {
  if (message.type !== 'moderated') return;
  const meant = message.participant === you?.id || (message.participant === undefined && message.by !== you?.id);
  if (!meant) return;
  if (message.action === 'mute') void local.set('microphone', false);
  if (message.action === 'stop-camera') void local.set('camera', false);
  if (message.action === 'stop-screen') screen.stop();
}
