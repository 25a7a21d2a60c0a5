import { ByteQueue } from './byte-queue.js';
import { parseCommand, parseHead, peekReceipt, type FrameHead } from './frame-head.js';
import { mayHaveBody, type StompFrame } from './stomp-frame.js';
import { StompProtocolError } from './stomp-protocol-error.js';
import type { StompVersion } from './stomp-version.js';

const NUL = 0;
const LF = 10;
const CR = 13;
const LONGEST_COMMAND = 32;

export interface DecoderLimits {
  /** Bytes of one frame, its NUL included. */
  readonly frameBytes: number;
  readonly headers: number;
  /** Bytes of one header line without its line end. */
  readonly headerLineBytes: number;
}

/**
 * Bytes in, frames out, in any chunking. It is pulled: `next()` reads one frame with the version and limits of that moment, so that whatever
 * a frame changes holds for the next one. Bytes are buffered and decoded late (fact 10). EOLs and NULs in front of a frame are skipped.
 * Throws nothing but {@link StompProtocolError}, once; from then on it is mute.
 */
export class StompDecoder {
  private readonly queue = new ByteQueue();
  private version: StompVersion = '1.2';
  private head: FrameHead | undefined;
  private headBytes = 0;
  /** Offsets from the frame's first byte: where scanning goes on, and where the line it is in began. */
  private scanned = 0;
  private lineStart = 0;
  private lines = 0;
  private failed = false;

  constructor(private limits: DecoderLimits) {}

  /** Version and limits for the frames that follow. */
  use(version: StompVersion, limits: DecoderLimits): void {
    this.version = version;
    this.limits = limits;
  }

  /** Bytes that wait to become frames. */
  get bufferedBytes(): number {
    return this.queue.length;
  }

  push(chunk: Buffer): void {
    if (!this.failed) this.queue.append(chunk);
  }

  /** The next whole frame, or undefined until more bytes come. */
  next(): StompFrame | undefined {
    try {
      return this.head !== undefined || (this.atFrame() && this.scanHead()) ? this.takeFrame() : undefined;
    } catch (error) {
      throw this.fail(error);
    }
  }

  private atFrame(): boolean {
    const { queue } = this;
    while (queue.length > 0) {
      const byte = queue.bytes[queue.start];
      if (byte === CR) {
        if (queue.length === 1) return false;
        if (queue.bytes[queue.start + 1] !== LF) throw loneCr();
      } else if (byte !== LF && byte !== NUL) {
        return true;
      }
      queue.consume(1);
    }
    return false;
  }

  /** Walks to the blank line; true when the head is complete and parsed. */
  private scanHead(): boolean {
    const { queue } = this;
    const size = queue.length;
    for (let at = this.scanned; at < size; at++) {
      const byte = queue.bytes[queue.start + at];
      if (byte === LF) {
        if (this.endLine(at)) return true;
      } else if (byte === CR) {
        if (at + 1 === size) return this.waitAt(at);
        if (queue.bytes[queue.start + at + 1] !== LF) throw loneCr();
      } else if (byte === NUL) {
        throw new StompProtocolError('The frame ends inside its headers');
      } else if (at - this.lineStart >= this.lineLimit()) {
        throw this.lines === 0 ? new StompProtocolError('Unknown command') : tooLarge('A header is too long');
      }
    }
    return this.waitAt(size);
  }

  /** Takes the line that ends at `at`; true when it was the blank one. */
  private endLine(at: number): boolean {
    const { queue } = this;
    const end = at > this.lineStart && queue.bytes[queue.start + at - 1] === CR ? at - 1 : at;
    if (end === this.lineStart) {
      this.headBytes = at + 1;
      this.head = parseHead(queue.slice(0, this.headBytes).toString('utf8'), this.version);
      this.scanned = this.headBytes;
      this.checkSize(this.headBytes + (this.head.contentLength ?? 0) + 1);
      return true;
    }
    if (this.lines === 0) parseCommand(queue.slice(0, end).toString('latin1'));
    else if (this.lines > this.limits.headers) throw tooLarge('Too many headers');
    this.lines++;
    this.lineStart = at + 1;
    return false;
  }

  private waitAt(offset: number): false {
    this.scanned = offset;
    this.checkSize(offset + 1);
    return false;
  }

  private lineLimit(): number {
    return this.lines === 0 ? LONGEST_COMMAND : this.limits.headerLineBytes;
  }

  private takeFrame(): StompFrame | undefined {
    const head = this.head as FrameHead;
    const bodyEnd = head.contentLength === undefined ? this.findNul() : this.countedEnd(head.contentLength);
    if (bodyEnd === undefined) return undefined;
    this.checkSize(bodyEnd + 1);
    const body = this.queue.slice(this.headBytes, bodyEnd);
    if (body.length > 0 && !mayHaveBody(head.command)) {
      throw new StompProtocolError(`${head.command} must not have a body`);
    }
    this.queue.consume(bodyEnd + 1);
    this.head = undefined;
    this.headBytes = this.scanned = this.lineStart = this.lines = 0;
    return { command: head.command, headers: head.headers, body };
  }

  private findNul(): number | undefined {
    const { queue } = this;
    const found = queue.bytes.subarray(0, queue.end).indexOf(NUL, queue.start + this.scanned);
    if (found >= 0) return found - queue.start;
    this.waitAt(queue.length);
    return undefined;
  }

  private countedEnd(contentLength: number): number | undefined {
    const end = this.headBytes + contentLength;
    if (this.queue.length <= end) return undefined;
    if (this.queue.bytes[this.queue.start + end] !== NUL) {
      throw new StompProtocolError('The frame must end with NUL after content-length bytes');
    }
    return end;
  }

  private checkSize(bytes: number): void {
    if (bytes > this.limits.frameBytes) throw tooLarge(`The frame is larger than ${this.limits.frameBytes} bytes`);
  }

  private fail(error: unknown): unknown {
    this.failed = true;
    const { queue, head, version } = this;
    const bytes = queue.slice(0, Math.min(queue.length, this.limits.frameBytes));
    queue.clear();
    this.head = undefined;
    if (!(error instanceof StompProtocolError)) return error;
    return error.withReceipt(head?.headers.get('receipt') ?? peekReceipt(bytes, version));
  }
}

const loneCr = (): StompProtocolError => new StompProtocolError('CR must be followed by LF');
const tooLarge = (message: string): StompProtocolError => new StompProtocolError(message, { closeCode: 1009 });
