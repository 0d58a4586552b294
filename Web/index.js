// @ts-check
/** Composition root: makes the store, wires the parts, nothing else. */
import { Conference } from './effects/conference.js';
import { gestureEffects } from './effects/gestures.js';
import { watchInside } from './effects/inside.js';
import { Invitations } from './effects/invitations.js';
import { followMedia, followPlace, obey } from './effects/media.js';
import { Notices } from './effects/notices.js';
import { followNetwork, followTitle, keepAwake } from './effects/page.js';
import { Places } from './effects/places.js';
import { Troubles } from './effects/troubles.js';
import { listen } from './effects/voices.js';
import { Wants } from './effects/want.js';
import { AudioLevels } from './media-streams/audio-level.js';
import { LocalMedia } from './media-streams/local-media.js';
import { MediaRegistry } from './media-streams/registry.js';
import { ScreenShare } from './media-streams/screen.js';
import { playSound, testSpeaker } from './media-streams/sounds.js';
import { PeerConnections } from './peer-connections/peer-connections.js';
import { deviceId, SeatKeeper } from './signaling/seat.js';
import { SignalSocket } from './signaling/socket.js';
import { initialState } from './state/initial-state.js';
import { loadPreferences, savePreferences } from './state/preferences.js';
import { reduce } from './state/reducer.js';
import { randomRoomName } from './state/rooms.js';
import { createStore } from './state/store.js';
import { systemClock as clock } from './state/clock.js';
import { mount } from './user-interface/mount.js';

const store = createStore(reduce, initialState(loadPreferences(localStorage)));
store.subscribe(({ preferences }, previous) => {
  if (preferences !== previous.preferences) savePreferences(localStorage, preferences);
});

const makeStream = (/** @type {MediaStreamTrack[]} */ ...tracks) => new MediaStream(tracks);
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
const media = new MediaRegistry((tracks) => makeStream(...tracks));
const levels = new AudioLevels({
  makeContext: () => new AudioContext({ latencyHint: 'balanced' }),
  remoteLevel: (trackId) => mesh.level(trackId.split('/')[0] ?? ''),
});
const notices = new Notices({
  store,
  clock,
  play: (sound) => store.getState().preferences.sounds && playSound(levels.context, sound),
});
const troubles = new Troubles(store);

/** @type {PeerConnections} */
const mesh = new PeerConnections({
  clock,
  connect: (configuration) => new RTCPeerConnection(configuration),
  makeStream: () => new MediaStream(),
  ownHost: location.hostname,
  ownTrack: (source) => (source === 'microphone' || source === 'camera' ? local.track(source) : screen.track(source)),
  events: {
    send: (message) => conference.say(message),
    track: (trackId, track) => media.set(trackId, track),
    playing: (track, playing) => store.dispatch({ type: 'playing', track, playing }),
    changed: (participant, change) => store.dispatch({ type: 'link', participant, change }),
    wants: (isForced) => (isForced ? wants.repeat() : wants.reconsider()),
  },
});
const { localEvents, screenEvents } = followMedia({ store, media, levels, mesh, notices, makeStream });
const { microphoneId, cameraId } = store.getState().preferences;
const local = new LocalMedia({
  mediaDevices: navigator.mediaDevices,
  permissions: navigator.permissions,
  deviceIds: { microphone: microphoneId, camera: cameraId },
  events: localEvents,
});
const screen = new ScreenShare({ mediaDevices: navigator.mediaDevices, events: screenEvents });

const invitations = new Invitations({ storage: sessionStorage, history, location });
const seats = new SeatKeeper({ storage: sessionStorage, locks: navigator.locks, makeId: newId });
const conference = new Conference({
  store,
  clock,
  seats,
  mesh,
  device: deviceId(localStorage, newId),
  invitations,
  openSocket: (events) => new SignalSocket({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
    WebSocket,
    clock,
    random: Math.random,
    events,
  }),
  heard: (message, state) => {
    notices.announce(message, state);
    obey(message, state, { local, screen });
  },
  complain: (code) => notices.complain(code),
  seated: (fresh) => fresh && wants.repeat(),
});
const wants = new Wants({ clock, say: (video) => conference.say(mesh.wanting(video)), needs: (trackId) => mesh.needs(trackId) });
const places = new Places({ store, history, location, leave: () => conference.leave(), arrived: () => invitations.take() });

const carryOut = gestureEffects({
  store,
  conference,
  local,
  screen,
  notices,
  troubles,
  want: (tiles) => {
    mesh.see(tiles);
    wants.show(tiles);
  },
  retryLinks: () => mesh.networkChanged(),
  testSpeaker: () => void testSpeaker({
    context: levels.context,
    speakerId: store.getState().preferences.speakerId,
    makeAudio: () => new Audio(),
  }).catch(() => {}),
  allowSound: () => {
    levels.resume();
    store.dispatch({ type: 'sound-blocked', blocked: false });
  },
  navigate: (room) => places.go(room),
  copy: async (text) => navigator.clipboard.writeText(text),
  link: () => `${location.origin}/r/${store.getState().room}`,
  newRoom: () => randomRoomName((bytes) => crypto.getRandomValues(bytes)),
  newId,
});
document.addEventListener('gesture', (event) => {
  levels.resume();
  if (event instanceof CustomEvent) carryOut(event.detail);
});
addEventListener('popstate', () => places.arrive());

followPlace(store, { local, screen });
watchInside({ store, clock, fetch: (path) => fetch(path) });
listen({
  store, clock, levels,
  hasMicrophone: () => local.track('microphone') !== null,
  hearing: ({ talkingMuted, noSound }) => troubles.sense({ talkingMuted, noSound }),
});
followTitle(store, document);
keepAwake(store, { document, wakeLock: navigator.wakeLock });
followNetwork(
  { window, document, connection: /** @type {{connection?: EventTarget}} */ (navigator).connection },
  { wake: () => conference.wake(), networkChanged: () => mesh.networkChanged(), online: (online) => troubles.sense({ online }) },
);
store.dispatch({ type: 'devices', devices: { canChooseSpeaker: 'setSinkId' in HTMLMediaElement.prototype } });
if (new URLSearchParams(location.search).has('debug')) Object.assign(globalThis, { parley: { store, links: mesh.links, get sfu() { return mesh.server; }, media, levels } });

await mount({ store, media, levels });
await local.start();
const seat = await seats.claim();
if (seat && places.room() === seat.room) {
  // The page was reloaded during a meeting: back to the same seat, without a click.
  store.dispatch({ type: 'preference', change: { name: seat.name, microphone: seat.microphone, camera: seat.camera } });
  places.arrive();
  conference.join({ resume: seat.resume });
} else {
  places.arrive();
}
