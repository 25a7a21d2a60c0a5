import type { Socket } from 'node:net';
import { FrameBoundary, closeFrame } from './frame-boundary.js';

export interface TunnelTimes {
  /** How long the other half may stay open after one side has ended; 10,000 ms. */
  readonly halfOpenMs: number;
  /** How long a client may take nothing; longer than the service's own limit, which closes with a reason; 30,000 ms. */
  readonly blockedMs: number;
  /** What the service has under way for this client (a RECEIPT) may still come through before the close frame of a drain; 200 ms. */
  readonly lastWordsMs: number;
  /** Time for the client to take the close frame; 1,000 ms. */
  readonly goodbyeMs: number;
}
export const TUNNEL_TIMES: TunnelTimes = { halfOpenMs: 10_000, blockedMs: 30_000, lastWordsMs: 200, goodbyeMs: 1_000 };

const SERVICE_RESTART = 1012;

/** An open WebSocket as two TCP connections whose bytes pass unread; each side's end and back-pressure reach the other. */
export class Tunnel {
  /** Resolves when both connections are closed. */
  readonly ended: Promise<void>;
  private readonly boundary = new FrameBoundary();
  private deadline: NodeJS.Timeout | undefined;
  private blocked: NodeJS.Timeout | undefined;
  private draining = false;

  /** `firstBytes`: what the service sent right behind its 101. */
  constructor(
    private readonly client: Socket,
    private readonly service: Socket,
    firstBytes: Buffer,
    private readonly times = TUNNEL_TIMES,
  ) {
    if (firstBytes.length > 0) service.unshift(firstBytes);
    this.ended = new Promise((resolve) => {
      client.once('close', () => this.closed(client, service, resolve));
      service.once('close', () => this.closed(service, client, resolve));
    });
    client.once('end', () => this.endWithin(times.halfOpenMs));
    service.once('end', () => this.endWithin(times.halfOpenMs));
    service.on('data', (chunk: Buffer) => this.boundary.feed(chunk));
    service.on('pause', () => this.watchBlocked()).on('resume', () => clearTimeout(this.blocked));
    service.pipe(client);
    client.pipe(service);
  }

  /** Tells the client, between two frames, to come back to another gateway; then closes both ways. */
  async drain(): Promise<void> {
    this.draining = true;
    this.client.unpipe(this.service);
    this.client.pause();
    const lastWords = setTimeout(() => this.sayGoodbye(), this.times.lastWordsMs);
    await this.ended;
    clearTimeout(lastWords);
  }

  destroy(): void {
    this.client.destroy();
    this.service.destroy();
  }

  private sayGoodbye(): void {
    const { boundary, client, service } = this;
    this.endWithin(this.times.goodbyeMs);
    service.unpipe(client);
    service.destroy();
    const mayClose = boundary.isBetweenFrames && !boundary.hasClosed;
    if (mayClose) client.write(closeFrame(SERVICE_RESTART));
    client.end();
    // What the client still sends is read and dropped: unread bytes would turn our close into a reset that overtakes the close frame.
    client.resume();
  }

  /** Only the first deadline counts. */
  private endWithin(ms: number): void {
    this.deadline ??= setTimeout(() => this.destroy(), ms);
  }

  private watchBlocked(): void {
    clearTimeout(this.blocked);
    this.blocked = setTimeout(() => this.destroy(), this.times.blockedMs);
  }

  /** `gone` has closed: what it still had for the other side leaves, then the other side closes, too. */
  private closed(gone: Socket, other: Socket, resolve: () => void): void {
    if (other.closed) {
      clearTimeout(this.deadline);
      clearTimeout(this.blocked);
      return resolve();
    }
    this.endWithin(this.times.halfOpenMs);
    if (!gone.readableEnded && !this.draining) other.destroySoon();
  }
}
