// @ts-check
/**
 * Own microphone and camera. A camera that is off is stopped, so that its light goes out; a microphone that is muted stays open
 * (its track disabled), so that the page can say "you are talking while muted"; leaving releases both.
 *
 * @typedef {import('../types/state.js').Permission} Permission
 * @typedef {import('../types/state.js').LocalSource} LocalSource
 * @typedef {import('./devices.js').DeviceSource} DeviceSource
 *
 * @typedef {Object} LocalEvents
 * @property {(source: DeviceSource, change: Partial<LocalSource>) => void} changed
 * @property {(source: DeviceSource, track: MediaStreamTrack|null) => void} track came, went or was exchanged
 * @property {(devices: Partial<import('../types/state.js').State['devices']>) => void} devices
 * @property {(source: DeviceSource|'speaker', what: 'gone'|'changed', label: string) => void} replaced a device was unplugged
 */
import { cameraConstraints, devicesOf, isDeviceGone, microphoneConstraints, refusal } from './devices.js';

/** @type {readonly DeviceSource[]} */
const SOURCES = ['microphone', 'camera'];

export class LocalMedia {
  #devices;
  #permissions;
  #events;
  /** @type {Map<DeviceSource, MediaStreamTrack>} */
  #tracks = new Map();
  /** @type {Record<DeviceSource, string>} */
  #deviceIds;
  /** @type {Record<DeviceSource, boolean>} */
  #wanted = { microphone: false, camera: false };
  /** @type {MediaTrackConstraints} */
  #size = {};
  /** One step at a time for each source. @type {Map<DeviceSource, Promise<void>>} */
  #queues = new Map();

  /**
   * @param {{mediaDevices: MediaDevices|undefined, permissions: Permissions|undefined, deviceIds: Record<DeviceSource, string>,
   *   events: LocalEvents}} options no mediaDevices in an insecure context
   */
  constructor({ mediaDevices, permissions, deviceIds, events }) {
    this.#devices = mediaDevices;
    this.#permissions = permissions;
    this.#deviceIds = { ...deviceIds };
    this.#events = events;
  }

  /** Finds out what is there and what is allowed; asks for nothing. */
  async start() {
    if (!this.#devices) return this.#both({ permission: 'insecure' });
    this.#devices.addEventListener('devicechange', () => void this.#devicesChanged());
    await Promise.all([this.#listDevices(), ...SOURCES.map((source) => this.#followPermission(source))]);
  }

  /** @param {DeviceSource} source */
  track(source) {
    return this.#tracks.get(source) ?? null;
  }

  /**
   * @param {DeviceSource} source
   * @param {boolean} on
   */
  async set(source, on) {
    this.#wanted[source] = on;
    this.#events.changed(source, { wanted: on ? 'on' : 'off' });
    await this.#step(source, () => this.#settle(source));
  }

  /**
   * Microphone and camera with one question instead of two, where the browser still has to ask for both.
   * @param {Record<DeviceSource, boolean>} wanted
   */
  async open(wanted) {
    if (wanted.microphone && wanted.camera && this.#devices && !this.#tracks.size) await this.#openTogether();
    await Promise.all(SOURCES.map((source) => this.set(source, wanted[source])));
  }

  /**
   * @param {DeviceSource} source
   * @param {string} deviceId
   */
  async choose(source, deviceId) {
    this.#deviceIds[source] = deviceId;
    this.#events.changed(source, { deviceId });
    await this.#step(source, async () => {
      if (this.#tracks.has(source) || this.#wanted[source]) await this.#acquire(source);
    });
  }

  /** The camera's picture as large as the meeting can use. @param {MediaTrackConstraints} size */
  async resize(size) {
    this.#size = size;
    await this.track('camera')?.applyConstraints(cameraConstraints(this.#deviceIds.camera, size)).catch(() => {});
  }

  /** Asks again for what was refused. */
  async retry() {
    await this.open({ ...this.#wanted });
  }

  /** Every device is let go; what was wanted is remembered for the next time. */
  release() {
    for (const source of SOURCES) this.#drop(source);
  }

  /** @param {DeviceSource} source */
  async #settle(source) {
    const on = this.#wanted[source];
    const track = this.#tracks.get(source);
    if (on && !track) return this.#acquire(source);
    if (!on && source === 'camera') return this.#drop(source);
    if (track) track.enabled = on;
    this.#report(source);
  }

  async #openTogether() {
    try {
      const stream = await this.#request({
        audio: microphoneConstraints(this.#deviceIds.microphone),
        video: cameraConstraints(this.#deviceIds.camera, this.#size),
      });
      for (const track of stream.getTracks()) this.#adopt(track.kind === 'audio' ? 'microphone' : 'camera', track);
    } catch {
      // One of the two is missing or refused: each is asked for by itself, and says itself what is wrong.
    }
  }

  /** @param {DeviceSource} source */
  async #acquire(source) {
    if (!this.#devices) return;
    try {
      this.#adopt(source, await this.#getTrack(source));
    } catch (error) {
      this.#events.changed(source, { permission: refusal(error) });
      this.#report(source);
    }
    await this.#listDevices();
  }

  /** @param {DeviceSource} source @returns {Promise<MediaStreamTrack>} */
  async #getTrack(source) {
    try {
      return await this.#ask(source, this.#deviceIds[source]);
    } catch (error) {
      if (this.#deviceIds[source] && isDeviceGone(error)) {
        this.#deviceIds[source] = '';
        return this.#ask(source, '');
      }
      // Some drivers open a device only once: let go of the old track and try again.
      if (refusal(error) === 'busy' && this.#tracks.has(source)) {
        this.#drop(source);
        return this.#ask(source, this.#deviceIds[source]);
      }
      throw error;
    }
  }

  /** @param {DeviceSource} source @param {string} deviceId */
  async #ask(source, deviceId) {
    const audio = source === 'microphone' && microphoneConstraints(deviceId);
    const video = source === 'camera' && cameraConstraints(deviceId, this.#size);
    const [track] = (await this.#request(audio ? { audio } : { video })).getTracks();
    if (!track) throw new DOMException('no track', 'NotFoundError');
    return track;
  }

  /** @param {MediaStreamConstraints} constraints */
  #request(constraints) {
    if (!this.#devices) return Promise.reject(new DOMException('insecure', 'NotSupportedError'));
    return this.#devices.getUserMedia(constraints);
  }

  /** @param {DeviceSource} source @param {MediaStreamTrack} track */
  #adopt(source, track) {
    const before = this.#tracks.get(source);
    this.#tracks.set(source, track);
    track.enabled = this.#wanted[source];
    if (source === 'microphone') track.contentHint = 'speech';
    track.onended = () => void this.#ended(source, track);
    this.#events.changed(source, { permission: 'granted' });
    this.#events.track(source, track);
    if (before) stop(before);
    this.#report(source);
  }

  /** @param {DeviceSource} source */
  #drop(source) {
    const track = this.#tracks.get(source);
    if (!track) return this.#report(source);
    this.#tracks.delete(source);
    this.#events.track(source, null);
    stop(track);
    this.#report(source);
  }

  /** @param {DeviceSource} source */
  #report(source) {
    const track = this.#tracks.get(source);
    this.#events.changed(source, { actual: track?.enabled && track.readyState === 'live' ? 'on' : 'off' });
  }

  /** Unplugged, or taken away by the system: the browser's choice steps in. @param {DeviceSource} source @param {MediaStreamTrack} track */
  async #ended(source, track) {
    if (this.#tracks.get(source) !== track) return;
    await this.#step(source, async () => {
      this.#drop(source);
      this.#deviceIds[source] = '';
      if (this.#wanted[source]) await this.#acquire(source);
      const next = this.#tracks.get(source);
      this.#events.replaced(source, next ? 'changed' : 'gone', next?.label ?? '');
    });
  }

  async #devicesChanged() {
    await this.#listDevices();
    for (const source of SOURCES) {
      // A device that came back or was plugged in for the first time: take it if the person wanted it all along.
      if (this.#wanted[source] && !this.#tracks.has(source)) await this.#step(source, () => this.#settle(source));
    }
  }

  async #listDevices() {
    const devices = await this.#devices?.enumerateDevices().catch(() => []);
    if (!devices) return;
    this.#events.devices({
      microphones: devicesOf(devices, 'audioinput'),
      cameras: devicesOf(devices, 'videoinput'),
      speakers: devicesOf(devices, 'audiooutput'),
    });
    for (const source of SOURCES) {
      const kind = source === 'microphone' ? 'audioinput' : 'videoinput';
      if (!devices.some((device) => device.kind === kind)) this.#missing(source);
    }
  }

  /** @param {DeviceSource} source */
  #missing(source) {
    if (!this.#tracks.has(source)) this.#events.changed(source, { permission: 'missing' });
  }

  /** @param {DeviceSource} source */
  async #followPermission(source) {
    try {
      const name = /** @type {PermissionName} */ (source);
      const status = await this.#permissions?.query({ name });
      if (!status) return;
      const report = () => {
        if (!this.#tracks.has(source)) this.#events.changed(source, { permission: status.state });
      };
      report();
      status.onchange = () => {
        report();
        if (status.state === 'granted' && this.#wanted[source]) void this.#step(source, () => this.#settle(source));
      };
    } catch {
      // Firefox before 132 does not know these names: the state stays unknown until we ask.
    }
  }

  /** @param {Partial<LocalSource>} change */
  #both(change) {
    for (const source of SOURCES) this.#events.changed(source, change);
  }

  /** @param {DeviceSource} source @param {() => Promise<void>|void} work */
  #step(source, work) {
    const next = (this.#queues.get(source) ?? Promise.resolve()).then(work).catch(() => {});
    this.#queues.set(source, next);
    return next;
  }
}

/** @param {MediaStreamTrack} track */
function stop(track) {
  track.onended = null;
  track.stop();
}
