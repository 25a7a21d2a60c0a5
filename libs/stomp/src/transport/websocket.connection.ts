import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { sendableCode, sendableReason } from './close-code.js';
import { Inbox } from './inbox.js';
import type { ConnectionListener, ConnectionOrigin, StompConnection } from './stomp-connection.js';
import type { Swept } from './sweeper.js';
import type { TransportContext } from './transport-context.js';
import { PING_FRAME } from './websocket-frame.js';
import type { Flushable } from './write-batch.js';

/** `ws` reads the frames and does the closing handshake; we write the frames, to put a whole turn's into one write. */
export abstract class WebSocketConnection implements StompConnection, Swept, Flushable {
  abstract readonly transport: StompConnection['transport'];
  readonly id: string;
  protected readonly inbox = new Inbox();
  /** When a message was last written; epoch ms. */
  protected lastWrite: number;
  private lastHeard: number;
  private lastPing: number;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  /** Writes whose callback has not come. */
  private writes = 0;
  private scheduled = false;
  private readingStopped = false;
  private readonly written: () => void;
  /** Set when this side ends it. */
  private ended: { code: number; reason: string } | undefined;
  private gone = false;

  constructor(
    readonly origin: ConnectionOrigin,
    private readonly ws: WebSocket,
    private readonly socket: Duplex,
    protected readonly context: TransportContext,
  ) {
    this.id = context.settings.newId();
    this.lastWrite = this.lastHeard = this.lastPing = context.settings.now();
    ws.on('message', (data: Buffer, isBinary: boolean) => this.heard(data, isBinary));
    ws.on('pong', () => (this.lastHeard = this.context.settings.now()));
    ws.on('error', (error) => this.broken(error));
    ws.on('close', (code, reason) => this.over(code, reason.toString()));
    this.written = (): void => {
      this.writes -= 1;
      if (this.writes === 0 && !this.scheduled) this.flush();
    };
    context.sweeper.add(this);
  }

  /** One STOMP frame as a WebSocket frame. */
  protected abstract encode(frame: Buffer, binary: boolean): Buffer;
  /** One message of the client. */
  protected abstract received(data: Buffer, isBinary: boolean): void;
  /** A last message before the close frame. */
  protected abstract farewell(code: number, reason: string): Buffer | undefined;
  /** Called by the timer while open. */
  protected abstract idle(now: number): void;

  get bufferedBytes(): number {
    return this.gone ? 0 : this.pendingBytes + this.socket.writableLength;
  }

  listen(listener: ConnectionListener): void {
    this.inbox.listen(listener);
  }

  send(frame: Buffer, binary = false): void {
    if (!this.ended && !this.gone) this.enqueue(this.encode(frame, binary));
  }

  pause(): void {
    this.inbox.pause();
  }

  resume(): void {
    this.inbox.resume();
    if (!this.readingStopped) return;
    this.readingStopped = false;
    this.lastHeard = this.context.settings.now();
    this.ws.resume();
  }

  close(code: number, reason: string): void {
    if (this.ended) return;
    this.end(sendableCode(code), sendableReason(reason));
  }

  terminate(): void {
    this.ended ??= { code: 1006, reason: '' };
    if (this.gone) this.inbox.abort(this.ended.code, this.ended.reason);
    else this.inbox.deafen();
    this.ws.terminate();
  }

  /** Writes what is pending, as long as the network takes it: what waits then waits here, in shared Buffers, and goes on piece by piece. */
  flush(): void {
    this.scheduled = false;
    while (this.pending.length > 0 && (this.writes === 0 || this.socket.writableLength === 0)) this.writePiece();
  }

  sweep(now: number, late: number): void {
    this.lastHeard += late;
    if (this.ended) return;
    if (!this.readingStopped && now - this.lastHeard > this.context.settings.limits.pongTimeoutMs) {
      this.terminate();
      return;
    }
    if (now - this.lastPing >= this.context.settings.limits.pingIntervalMs) {
      this.lastPing = now;
      this.enqueue(PING_FRAME);
    }
    this.idle(now);
  }

  protected enqueue(bytes: Buffer): void {
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.scheduled || this.writes > 0) return;
    this.scheduled = true;
    this.context.batch.schedule(this);
  }

  private writePiece(): void {
    const { pending } = this;
    let bytes = 0;
    let count = 0;
    while (count < pending.length && bytes < PIECE_BYTES) bytes += (pending[count++] as Buffer).length;
    const isAll = count === pending.length;
    const piece = isAll ? pending : pending.slice(0, count);
    this.pending = isAll ? [] : pending.slice(count);
    this.pendingBytes -= bytes;
    // Nothing may follow a close frame, which `ws` may have answered by itself.
    if (this.ws.readyState !== WebSocket.OPEN) return;
    this.writes += 1;
    this.socket.write(count === 1 ? piece[0] : Buffer.concat(piece, bytes), this.written);
  }

  private heard(data: Buffer, isBinary: boolean): void {
    if (this.ended) return;
    this.lastHeard = this.context.settings.now();
    this.received(data, isBinary);
    if (!this.inbox.holding || this.readingStopped || this.ended) return;
    this.readingStopped = true;
    this.ws.pause();
  }

  private end(code: number, reason: string): void {
    this.ended = { code, reason };
    if (this.gone) {
      this.inbox.abort(code, reason);
      return;
    }
    this.inbox.deafen();
    const farewell = this.farewell(code, reason);
    if (farewell) this.enqueue(farewell);
    while (this.pending.length > 0) this.writePiece();
    // The client's close frame must be read, also when the session above had stopped reading.
    this.ws.resume();
    this.ws.close(code, reason);
  }

  /** `ws` refused what came and has sent the close frame; only its error tells the code. */
  private broken(error: Error & { code?: string }): void {
    if (this.ended || !error.code?.startsWith('WS_ERR_')) return;
    this.ended = { code: CLOSE_CODES[error.code] ?? 1002, reason: error.message };
    this.inbox.deafen();
  }

  private over(code: number, reason: string): void {
    this.gone = true;
    this.pending = [];
    this.pendingBytes = 0;
    this.context.sweeper.delete(this);
    this.context.live.delete(this);
    if (this.ended) this.inbox.abort(this.ended.code, this.ended.reason);
    else if (code === 1006) this.inbox.abort(code, reason);
    else this.inbox.finish(code, reason);
  }
}

/** Of one write, at most (beyond by one frame): `bufferedBytes` shows by such steps how a slow client gets on. */
const PIECE_BYTES = 64 * 1024;

/** What `ws` closes with; every other error of its reader is a protocol error, 1002. */
const CLOSE_CODES: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
};
