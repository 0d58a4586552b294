// @ts-check
/** A WebSocket whose other end is the test. */
export class FakeSocket {
  /** @type {FakeSocket[]} */
  static made = [];
  /** @type {any[]} */
  sent = [];
  readyState = 0;
  /** @type {(() => void)|null} */
  onopen = null;
  /** @type {((event: {data: unknown}) => void)|null} */
  onmessage = null;
  /** @type {(() => void)|null} */
  onclose = null;

  /** @param {string} url */
  constructor(url) {
    this.url = url;
    FakeSocket.made.push(this);
  }

  /** @param {string} data */
  send(data) {
    this.sent.push(JSON.parse(data));
  }

  close() {
    this.readyState = 3;
  }

  open() {
    this.readyState = 1;
    this.onopen?.();
  }

  /** @param {unknown} message */
  say(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  fail() {
    this.readyState = 3;
    this.onclose?.();
  }
}
