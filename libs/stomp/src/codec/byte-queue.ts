const EMPTY = Buffer.alloc(0);

/**
 * Bytes in arrival order as one contiguous region, `bytes[start, end)`. A chunk that meets an empty queue is taken as it is; only the rest of
 * an unfinished frame is ever copied, at amortised constant cost per byte. Slices handed out stay valid: no byte is written twice.
 */
export class ByteQueue {
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  private growable = false;

  get length(): number {
    return this.end - this.start;
  }

  append(chunk: Buffer): void {
    if (this.length === 0) {
      this.take(chunk, 0, chunk.length, false);
    } else if (this.growable && this.bytes.length - this.end >= chunk.length) {
      this.end += chunk.copy(this.bytes, this.end);
    } else {
      this.grow(chunk);
    }
  }

  /** Drops bytes from the front; an empty queue holds on to no memory. */
  consume(count: number): void {
    this.start += count;
    if (this.start === this.end) this.take(EMPTY, 0, 0, false);
  }

  clear(): void {
    this.take(EMPTY, 0, 0, false);
  }

  /** A view of `[from, to)`, counted from the front. */
  slice(from: number, to: number): Buffer {
    return this.bytes.subarray(this.start + from, this.start + to);
  }

  private grow(chunk: Buffer): void {
    const held = this.length;
    const grown = Buffer.allocUnsafe(Math.max(1024, 2 * (held + chunk.length)));
    this.bytes.copy(grown, 0, this.start, this.end);
    chunk.copy(grown, held);
    this.take(grown, 0, held + chunk.length, true);
  }

  private take(bytes: Buffer, start: number, end: number, growable: boolean): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.growable = growable;
  }
}
