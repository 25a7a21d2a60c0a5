const CLOSE = 8;
/** Payload lengths 126 and 127 announce 2 and 8 more length bytes (RFC 6455 section 5.2). */
const lengthBytes = (short: number): number => (short === 126 ? 2 : short === 127 ? 8 : 0);

/** Follows WebSocket frames in a byte stream without touching them, to know where one more frame may be put in between. */
export class FrameBoundary {
  /** Payload bytes of the current frame that are still to come. */
  private payload = 0;
  private readonly head: number[] = [];
  private closing = false;

  /** True when the bytes so far end with a whole frame. */
  get isBetweenFrames(): boolean {
    return this.payload === 0 && this.head.length === 0;
  }

  /** True once a close frame has gone by: nothing may follow it. */
  get hasClosed(): boolean {
    return this.closing;
  }

  feed(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const skipped = Math.min(this.payload, chunk.length - at);
      this.payload -= skipped;
      at += skipped;
      if (at < chunk.length) this.takeHeadByte(chunk[at++]!);
    }
  }

  private takeHeadByte(byte: number): void {
    const { head } = this;
    head.push(byte);
    if (head.length < 2) return;
    const second = head[1]!;
    const extended = lengthBytes(second & 0x7f);
    const mask = second & 0x80 ? 4 : 0;
    if (head.length < 2 + extended + mask) return;
    this.payload =
      extended === 0 ? second & 0x7f : head.slice(2, 2 + extended).reduce((sum, part) => sum * 256 + part, 0);
    if ((head[0]! & 0x0f) === CLOSE) this.closing = true;
    head.length = 0;
  }
}

/** An unmasked close frame, as a server sends it. */
export function closeFrame(code: number): Buffer {
  return Buffer.from([0x80 | CLOSE, 2, code >> 8, code & 0xff]);
}
