import type { ServerResponse } from 'node:http';
import type { ReceiveTransport } from './endpoint-path.js';
import { NO_CACHE } from './http-answer.js';

interface Style {
  readonly contentType: string;
  readonly prelude: string;
  readonly envelope: (frame: string) => string;
  /** One frame, then the response ends. */
  readonly once: boolean;
}

const JAVASCRIPT = 'application/javascript;charset=UTF-8';
const line = (frame: string): string => `${frame}\n`;
// `sockjs-client` decodes percent escapes of event data, so that a bare `%` would end it; inside a JSON string this means the same to all.
const event = (frame: string): string => `data: ${frame.replaceAll('%', '\\u0025')}\r\n\r\n`;

const STYLES: Readonly<Record<ReceiveTransport, Style>> = {
  'xhr-polling': { contentType: JAVASCRIPT, prelude: '', envelope: line, once: true },
  'xhr-streaming': { contentType: JAVASCRIPT, prelude: `${'h'.repeat(2048)}\n`, envelope: line, once: false },
  eventsource: { contentType: 'text/event-stream;charset=UTF-8', prelude: '\r\n', envelope: event, once: false },
};

/** One HTTP response that carries SockJS frames to a client (facts 90 and 92). */
export class ReceivingResponse {
  private readonly style: Style;
  private written = 0;

  constructor(
    private readonly response: ServerResponse,
    transport: ReceiveTransport,
    private readonly maxBytes: number,
    /** Epoch ms. */
    readonly startedAt: number,
  ) {
    this.style = STYLES[transport];
    response.setTimeout(0);
    response.socket?.setKeepAlive(true, 10_000);
    if (!this.style.once) this.start();
  }

  /** Bytes that have not left for the network. */
  get bufferedBytes(): number {
    return this.response.destroyed ? 0 : this.response.writableLength;
  }

  /** Has carried what one response may: end it and wait for the next. */
  get isFull(): boolean {
    return this.written >= this.maxBytes || (this.style.once && this.written > 0);
  }

  /** Called once when it is over; not `complete` when the client may have missed something. */
  onClosed(listener: (complete: boolean) => void): void {
    this.response.once('close', () => listener(this.response.writableFinished));
  }

  write(frame: string): void {
    const text = this.style.envelope(frame);
    this.written += text.length;
    if (!this.style.once) this.response.write(text);
    else this.response.writeHead(200, { ...this.headers(), 'Content-Length': Buffer.byteLength(text) }).write(text);
  }

  /** A client that takes nothing for `stallMs` after this is dropped. */
  end(stallMs: number): void {
    this.response.setTimeout(stallMs, () => this.response.destroy());
    this.response.end();
  }

  destroy(): void {
    this.response.destroy();
  }

  private start(): void {
    this.response.writeHead(200, { ...this.headers(), 'X-Accel-Buffering': 'no' });
    this.response.write(this.style.prelude);
  }

  private headers(): Record<string, string> {
    return { 'Content-Type': this.style.contentType, 'Cache-Control': NO_CACHE };
  }
}
