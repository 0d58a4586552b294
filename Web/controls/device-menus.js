// @ts-check
/**
 * Choosing microphone, camera and speaker: as menus beside the toolbar's buttons, and as the form of pre-join and of the devices dialog.
 *
 * @typedef {import('../types/state.js').State} State
 * @typedef {import('../types/state.js').Device} Device
 * @typedef {import('../locales/localize.js').Localizer} Localizer
 * @typedef {import('./menu.js').Entry} Entry
 * @typedef {'microphone'|'camera'|'speaker'} DeviceSource
 */
import { h, icon, show, setAttribute } from '../user-interface/dom.js';
import { MeetingElement } from '../user-interface/element.js';
import { LevelRing } from './level-ring.js';

const SOURCES = /** @type {DeviceSource[]} */ (['microphone', 'camera', 'speaker']);

/**
 * @param {State} state
 * @param {DeviceSource} source
 * @returns {readonly Device[]}
 */
function devicesOf(state, source) {
  const { microphones, cameras, speakers } = state.devices;
  return source === 'microphone' ? microphones : source === 'camera' ? cameras : speakers;
}

/**
 * @param {State} state
 * @param {DeviceSource} source
 */
function chosenDevice(state, source) {
  const chosen = source === 'speaker' ? state.preferences.speakerId : state.local[source].deviceId;
  const devices = devicesOf(state, source);
  return devices.some((device) => device.deviceId === chosen) ? chosen : devices[0]?.deviceId ?? '';
}

/**
 * @param {Device} device
 * @param {number} index
 * @param {Localizer} text
 * @param {DeviceSource} source
 */
function labelOf(device, index, text, source) {
  return device.label || text.say('devices.unnamed', { device: text.say(`devices.${source}`), number: index + 1 });
}

/**
 * Why a list is empty: browsers show no devices before they are allowed.
 * @param {State} state
 * @param {DeviceSource} source
 * @param {Localizer} text
 */
function noneOf(state, source, text) {
  const permission = state.local[source === 'camera' ? 'camera' : 'microphone'].permission;
  return text.say(permission === 'missing' || permission === 'granted' ? 'devices.none' : 'devices.not-allowed');
}

/**
 * Entries for the menu of the microphone's or the camera's caret.
 * @param {State} state
 * @param {'microphone'|'camera'} source
 * @param {Localizer} text
 * @param {(gesture: import('../types/gestures.js').Gesture) => void} send
 * @returns {Entry[]}
 */
export function deviceEntries(state, source, text, send) {
  const shown = /** @type {DeviceSource[]} */ (source === 'microphone' && state.devices.canChooseSpeaker ? ['microphone', 'speaker'] : [source]);
  const groups = shown.flatMap((one) => {
    const chosen = chosenDevice(state, one);
    const entries = devicesOf(state, one).map((device, index) => ({
      label: labelOf(device, index, text, one),
      radio: true,
      checked: device.deviceId === chosen,
      act: () => send({ type: 'choose-device', source: one, deviceId: device.deviceId }),
    }));
    const none = { heading: noneOf(state, one, text) };
    return /** @type {Entry[]} */ ([{ heading: text.say(`devices.${one}`) }, ...(entries.length ? entries : [none])]);
  });
  return [...groups, 'line', { label: text.say('more.devices'), icon: 'settings', act: () => send({ type: 'open-dialog', dialog: 'devices' }) }];
}

/** Three combo boxes, a level meter under the microphone and a test tone beside the speaker. */
export class DeviceForm extends MeetingElement {
  /** @type {Record<DeviceSource, HTMLSelectElement>} */
  #selects = { microphone: h('select'), camera: h('select'), speaker: h('select') };
  #meter = h('div', { class: 'level-meter', 'aria-hidden': 'true' }, h('span'));
  #level = new LevelRing(this.#meter, () => this.context.levels.level('you/microphone'));
  #speakerRow = h('div', { class: 'field' });
  #test = h('button', { type: 'button', class: 'button' });

  build() {
    for (const source of SOURCES) this.append(this.#row(source));
  }

  connected() {
    this.life.addEventListener('abort', () => (this.#level.on = false), { once: true });
  }

  /** @param {State} state */
  render(state) {
    for (const source of SOURCES) this.#fill(state, source);
    this.#level.on = state.local.microphone.actual === 'on';
    show(this.#speakerRow, state.devices.canChooseSpeaker || state.devices.speakers.length > 0);
  }

  /** @param {DeviceSource} source */
  #row(source) {
    const select = this.#selects[source];
    const id = `device-${source}-${Math.random().toString(36).slice(2, 8)}`;
    select.id = id;
    select.addEventListener('change', () => this.send({ type: 'choose-device', source, deviceId: select.value }));
    const label = h('label', { for: id }, this.text.say(`devices.${source}`));
    const row = source === 'speaker' ? this.#speakerRow : h('div', { class: 'field' });
    if (source !== 'speaker') {
      row.append(label, h('div', { class: 'select' }, select, icon('caret')));
      if (source === 'microphone') row.append(this.#meter);
      return row;
    }
    this.#test.append(icon('sound'), this.text.say('devices.test'));
    this.#test.addEventListener('click', () => this.send({ type: 'test-speaker' }));
    row.append(label, h('div', { class: 'field-line' }, h('div', { class: 'select' }, select, icon('caret')), this.#test));
    return row;
  }

  /**
   * Fills a combo box anew only when the list changed: an open list must not close under the pointer.
   * @param {State} state
   * @param {DeviceSource} source
   */
  #fill(state, source) {
    const select = this.#selects[source];
    const devices = devicesOf(state, source);
    const wanted = devices.map((device, index) => labelOf(device, index, this.text, source));
    if (!wanted.length) wanted.push(noneOf(state, source, this.text));
    const known = [...select.options].map((option) => option.text);
    const isChanged = wanted.length !== known.length || wanted.some((label, index) => label !== known[index] || (devices[index]?.deviceId ?? '') !== select.options[index]?.value);
    if (isChanged) select.replaceChildren(...wanted.map((label, index) => h('option', { value: devices[index]?.deviceId ?? '' }, label)));
    setAttribute(select, 'disabled', devices.length === 0);
    const chosen = chosenDevice(state, source);
    if (select.value !== chosen) select.value = chosen;
  }
}

customElements.define('device-form', DeviceForm);

/** One line, "Devices", that opens into the form; open from the start where there is room, so that nobody has to look for the boxes. */
export class DevicePicker extends MeetingElement {
  #summary = h('summary', {}, icon('settings'));
  #details = h('details', { class: 'device-picker' }, this.#summary);

  build() {
    const form = new DeviceForm();
    form.context = this.context;
    this.#summary.append(h('span', {}, this.text.say('devices.title')), icon('caret'));
    this.#details.append(form);
    this.#details.open = matchMedia('(min-width: 900px) and (min-height: 640px)').matches;
    this.append(this.#details);
  }
}

customElements.define('device-picker', DevicePicker);
