// @ts-check
/**
 * What to ask the browser for, and what its refusals mean; pure.
 *
 * @typedef {import('../types/state.js').Permission} Permission
 * @typedef {import('../types/state.js').Device} Device
 * @typedef {'microphone'|'camera'} DeviceSource
 */

/**
 * @param {string} deviceId '' = the browser's choice
 * @returns {MediaTrackConstraints}
 */
export function microphoneConstraints(deviceId) {
  return { ...chosen(deviceId), echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 } };
}

/**
 * @param {string} deviceId
 * @param {MediaTrackConstraints} size of adaptation.js
 * @returns {MediaTrackConstraints}
 */
export function cameraConstraints(deviceId, size) {
  return { ...chosen(deviceId), ...size, ...(deviceId ? {} : { facingMode: { ideal: 'user' } }) };
}

/** @param {string} deviceId */
function chosen(deviceId) {
  return deviceId ? { deviceId: { exact: deviceId } } : {};
}

/** @param {unknown} error of getUserMedia @returns {Permission} */
export function refusal(error) {
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    default:
      return 'busy';
  }
}

/** The chosen device is not there (any more): worth asking again without it. @param {unknown} error */
export function isDeviceGone(error) {
  return error instanceof Error && (error.name === 'OverconstrainedError' || error.name === 'NotFoundError');
}

/**
 * @param {readonly MediaDeviceInfo[]} devices
 * @param {MediaDeviceKind} kind
 * @returns {Device[]} without the nameless ones of a page that has no permission, and without Chromium's doubles
 */
export function devicesOf(devices, kind) {
  return devices
    .filter((device) => device.kind === kind && device.deviceId !== '' && device.deviceId !== 'communications')
    .map(({ deviceId, label }) => ({ deviceId, label }));
}
