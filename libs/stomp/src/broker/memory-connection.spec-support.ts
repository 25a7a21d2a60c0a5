import { StompDecoder } from '../codec/stomp-decoder.js';
import type { ConnectionListener, ConnectionOrigin, StompConnection } from '../transport/stomp-connection.js';

const ORIGIN: ConnectionOrigin = { headers: {}, remoteAddress: '127.0.0.1', url: '/ws' };
const ANY_SIZE = { frameBytes: 1e9, headers: 100, headerLineBytes: 1e6 };

export interface ReceivedFrame {
  readonly command: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A connection without sockets that keeps the contract: `closed` and `data` never come from inside a call of the session. */
export class MemoryConnection implements StompConnection {
  readonly transport = 'websocket';
  /** What the session wrote, write by write. */
  readonly writes: Buffer[] = [];
  readonly binaries: boolean[] = [];
  /** Bytes that a client which does not read leaves waiting; all are read at once otherwise. */
  stuck = false;
  bufferedBytes = 0;
  paused = false;
  closedWith: { readonly code: number; readonly reason: string } | undefined;
  terminated = false;
  /** False: the client never answers a close. */
  answersClose = true;
  private listener: ConnectionListener | undefined;
  private waiting: Buffer[] = [];
  private gone = false;

  constructor(
    readonly id: string,
    readonly origin: ConnectionOrigin = ORIGIN,
  ) {}

  listen(listener: ConnectionListener): void {
    this.listener = listener;
  }

  send(frame: Buffer, binary = false): void {
    if (this.closedWith !== undefined || this.gone) return;
    this.writes.push(frame);
    this.binaries.push(binary);
    if (this.stuck) this.bufferedBytes += frame.length;
  }

  close(code: number, reason: string): void {
    if (this.closedWith !== undefined || this.gone) return;
    this.closedWith = { code, reason };
    if (this.answersClose) queueMicrotask(() => this.clientGone(code));
  }

  terminate(): void {
    this.terminated = true;
    queueMicrotask(() => this.clientGone(this.closedWith?.code ?? 1006));
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    queueMicrotask(() => {
      const waiting = this.waiting;
      this.waiting = [];
      for (const chunk of waiting) this.receive(chunk);
    });
  }

  /** Bytes from the client. */
  receive(bytes: string | Buffer): void {
    if (this.gone || this.closedWith !== undefined) return;
    if (this.paused) this.waiting.push(Buffer.from(bytes));
    else this.listener?.data(Buffer.from(bytes));
  }

  /** The client, or the network, ends it. */
  clientGone(code: number): void {
    if (this.gone) return;
    this.gone = true;
    this.listener?.closed(code, '');
  }

  /** Everything written so far, as text. */
  text(): string {
    return Buffer.concat(this.writes).toString('utf8');
  }

  /** Everything written so far, as frames (heart-beats left out). */
  frames(): ReceivedFrame[] {
    const decoder = new StompDecoder(ANY_SIZE);
    decoder.push(Buffer.concat(this.writes));
    const frames: ReceivedFrame[] = [];
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      const headers = Object.fromEntries(frame.headers.entries());
      frames.push({ command: frame.command, headers, body: frame.body.toString('utf8') });
    }
    return frames;
  }
}
