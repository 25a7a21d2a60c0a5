import { randomBytes } from 'node:crypto';
import { get } from 'node:http';

const CLOSE = 8;
const PING = 9;
const PONG = 10;
const TEXT = 1;
const NO_MASK = Buffer.alloc(4);

/** A frame as clients send it; masked with zeros, which leaves the bytes as they are. */
function frame(opcode, payload) {
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | length])
      : Buffer.from([0x80 | opcode, 0xfe, length >> 8, length & 255]);
  return Buffer.concat([head, NO_MASK, payload]);
}

/**
 * A WebSocket client that costs the machine as little as possible: it hands over each message as a range of the received bytes. Messages up to
 * 64 KiB out, unfragmented ones in.
 */
export class LightSocket {
  #socket;
  #rest = null;

  /** `onMessage(bytes, start, end)`; the bytes are only valid during the call. `onClose(code)`: 1006 without a close frame. */
  constructor(socket, head, onMessage, onClose) {
    this.#socket = socket;
    this.onMessage = onMessage;
    this.onClose = onClose;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed(1006));
    if (head.length > 0) this.#read(head);
  }

  static open(httpUrl, { onMessage, onClose }) {
    return new Promise((resolve, reject) => {
      const request = get(`${httpUrl}/ws`, {
        agent: false,
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': randomBytes(16).toString('base64'),
          'sec-websocket-protocol': 'v12.stomp',
        },
      });
      request.on('upgrade', (_, socket, head) => resolve(new LightSocket(socket, head, onMessage, onClose)));
      request.on('response', ({ statusCode }) => reject(new Error(`The upgrade was answered with ${statusCode}`)));
      request.on('error', reject);
    });
  }

  send(text) {
    this.#socket.write(frame(TEXT, Buffer.from(text)));
  }

  close() {
    this.onClose = () => undefined;
    this.#socket.destroy();
  }

  #closed(code) {
    const { onClose } = this;
    this.onClose = () => undefined;
    onClose(code);
  }

  #read(chunk) {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let end = this.#frameEnd(bytes, at); end !== -1 && end <= bytes.length; end = this.#frameEnd(bytes, at)) {
      this.#take(bytes, at, end);
      at = end;
    }
    this.#rest = at === bytes.length ? null : bytes.subarray(at);
  }

  #headLength(bytes, at) {
    const short = bytes[at + 1] & 127;
    return short < 126 ? 2 : short === 126 ? 4 : 10;
  }

  /** Where the frame at `at` ends, perhaps beyond what is there; -1 while its head is not complete. */
  #frameEnd(bytes, at) {
    if (bytes.length < at + 2) return -1;
    const head = this.#headLength(bytes, at);
    if (bytes.length < at + head) return -1;
    const length =
      head === 2
        ? bytes[at + 1] & 127
        : head === 4
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    return at + head + length;
  }

  #take(bytes, at, end) {
    const opcode = bytes[at] & 15;
    const start = at + this.#headLength(bytes, at);
    if (opcode === PING) this.#socket.write(frame(PONG, bytes.subarray(start, end)));
    else if (opcode === CLOSE) this.#closed(end - start >= 2 ? bytes.readUInt16BE(start) : 1005);
    else if (opcode !== PONG) this.onMessage(bytes, start, end);
  }
}
