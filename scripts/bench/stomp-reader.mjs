import { LightSocket } from './light-socket.mjs';

const HEART_BEAT = 10;
/** First letters of CONNECTED, ERROR, MESSAGE and RECEIPT. */
const [C, E, M, R] = Buffer.from('CEMR');

/** One STOMP session on a light socket: subscriptions, sends with receipts, and a call for each MESSAGE. */
export class StompReader {
  #socket;
  #receipts = new Map();
  #nextId = 0;
  #connected;

  /** `onMessage(bytes, start)` for each MESSAGE frame; the bytes are only valid during the call. */
  static async connect(httpUrl, token, onMessage) {
    const reader = new StompReader();
    reader.onMessage = onMessage;
    const connected = new Promise((resolve, reject) => (reader.#connected = { resolve, reject }));
    reader.#socket = await LightSocket.open(httpUrl, {
      onMessage: (bytes, start, end) => reader.#frames(bytes, start, end),
      onClose: (code) => reader.#fail(new Error(`The server closed a socket with ${code}`)),
    });
    reader.#socket.send(`CONNECT\naccept-version:1.2\nhost:bench\nheart-beat:0,0\nAuthorization:Bearer ${token}\n\n\0`);
    await connected;
    return reader;
  }

  /** Resolves when the subscription is active. */
  subscribe(destination) {
    const id = this.#nextId + 1;
    return this.#withReceipt((receipt) => `SUBSCRIBE\nid:s${id}\ndestination:${destination}\nreceipt:${receipt}\n\n\0`);
  }

  /** SEND; resolves at the RECEIPT. */
  send(destination, body) {
    return this.#withReceipt(
      (receipt) => `SEND\ndestination:${destination}\ncontent-type:application/json\nreceipt:${receipt}\n\n${body}\0`,
    );
  }

  close() {
    this.#socket.close();
  }

  #withReceipt(frameFor) {
    const id = String(++this.#nextId);
    return new Promise((resolve, reject) => {
      this.#receipts.set(id, { resolve, reject });
      this.#socket.send(frameFor(id));
    });
  }

  #frames(bytes, start, end) {
    for (let at = start; at < end;) {
      if (bytes[at] === HEART_BEAT) {
        at += 1;
        continue;
      }
      const close = bytes.indexOf(0, at);
      const frameEnd = close === -1 ? end : close;
      this.#frame(bytes, at, frameEnd);
      at = frameEnd + 1;
    }
  }

  #frame(bytes, start, end) {
    const letter = bytes[start];
    if (letter === M) return this.onMessage(bytes, start);
    const text = bytes.toString('utf8', start, end);
    if (letter === C) return this.#connected.resolve();
    if (letter === E) return this.#fail(new Error(text));
    if (letter !== R) return undefined;
    const id = /\nreceipt-id:(.*)/.exec(text)?.[1];
    this.#receipts.get(id)?.resolve();
    return this.#receipts.delete(id);
  }

  #fail(error) {
    this.#connected.reject(error);
    for (const { reject } of this.#receipts.values()) reject(error);
    this.#receipts.clear();
    this.failure = error;
  }
}
