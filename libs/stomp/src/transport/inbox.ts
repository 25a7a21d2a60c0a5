import type { ConnectionListener } from './stomp-connection.js';

/**
 * Hands what a client sent to the listener: in order, one call at a time, nothing while paused and nothing after `closed`. Neither `data` nor
 * `closed` is ever called from inside a call that the listener's side made (`resume`, `close`, `send`).
 */
export class Inbox {
  private listener: ConnectionListener | undefined;
  private held: Buffer[] = [];
  private paused = false;
  private delivering = false;
  private deaf = false;
  private over = false;
  private end: { code: number; reason: string } | undefined;
  private waiters: (() => void)[] = [];

  listen(listener: ConnectionListener): void {
    this.listener = listener;
  }

  /** Whether something waits because the listener paused. */
  get holding(): boolean {
    return this.held.length > 0;
  }

  push(chunk: Buffer): void {
    if (this.deaf || this.end || chunk.length === 0) return;
    this.held.push(chunk);
    this.drain();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    queueMicrotask(() => this.drain());
  }

  /** The client ended in good order: what is held is still delivered, then `closed`. */
  finish(code: number, reason: string): void {
    if (this.deaf || this.end) return;
    this.end = { code, reason };
    queueMicrotask(() => this.drain());
  }

  /** The end, whatever is held: no more data, then `closed`. */
  abort(code: number, reason: string): void {
    if (this.over) return;
    this.held = [];
    this.paused = false;
    this.end = { code, reason };
    queueMicrotask(() => this.drain());
  }

  /** From here on data is dropped; `closed` comes with {@link abort}. For the time between our close frame and the real end. */
  deafen(): void {
    this.held = [];
    this.deaf = true;
    this.wake();
  }

  /** Resolves once all that was pushed has been delivered and the listener is not paused, or it is over. */
  async idle(): Promise<void> {
    if (this.deaf || this.over || (!this.paused && !this.delivering && this.held.length === 0)) return;
    await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  private drain(): void {
    if (this.delivering || this.over) return;
    this.delivering = true;
    try {
      while (!this.paused && this.held.length > 0) this.listener?.data(this.held.shift() as Buffer);
    } finally {
      this.delivering = false;
    }
    if (this.paused) return;
    if (this.end) this.conclude(this.end.code, this.end.reason);
    this.wake();
  }

  private conclude(code: number, reason: string): void {
    this.over = true;
    this.listener?.closed(code, reason);
    this.listener = undefined;
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }
}
