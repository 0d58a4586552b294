// @ts-check
/** Devices during the meeting. */
import { DeviceForm } from '../controls/device-menus.js';
import { MeetingDialog } from './meeting-dialog.js';

export class DevicesDialog extends MeetingDialog {
  titleKey = 'devices.title';

  content() {
    const form = new DeviceForm();
    form.context = this.context;
    return [form];
  }
}

customElements.define('devices-dialog', DevicesDialog);
