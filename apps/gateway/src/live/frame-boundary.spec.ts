import { describe, expect, it } from 'vitest';
import { FrameBoundary, closeFrame } from './frame-boundary.js';

const frame = (length: number, { opcode = 1, masked = false } = {}): Buffer => {
  const short = length < 126 ? length : length < 65_536 ? 126 : 127;
  const head = Buffer.alloc(2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (masked ? 4 : 0));
  head[0] = 0x80 | opcode;
  head[1] = short | (masked ? 0x80 : 0);
  if (short === 126) head.writeUInt16BE(length, 2);
  if (short === 127) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.alloc(length, 0x88)]);
};

describe('FrameBoundary', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])(
    'finds the end of a frame of %i bytes, in any chunks',
    (length) => {
      for (const masked of [false, true])
        for (const size of [1, 3, 7, 1_024, 1_000_000]) {
          const boundary = new FrameBoundary();
          const bytes = Buffer.concat([frame(length, { masked }), frame(2)]);
          const found: number[] = [];
          for (let at = 0; at < bytes.length; at += size) {
            boundary.feed(bytes.subarray(at, at + size));
            if (boundary.isBetweenFrames) found.push(Math.min(at + size, bytes.length));
          }
          const ends = [bytes.length - frame(2).length, bytes.length];
          expect(found).toEqual(ends.filter((end) => end === bytes.length || end % size === 0));
          expect(boundary.hasClosed).toBe(false);
        }
    },
  );

  it('is between frames before the first', () => expect(new FrameBoundary().isBetweenFrames).toBe(true));

  it('sees the close frame that it also writes', () => {
    const boundary = new FrameBoundary();
    boundary.feed(Buffer.concat([frame(10), closeFrame(1012)]));
    expect([boundary.isBetweenFrames, boundary.hasClosed]).toEqual([true, true]);
    expect(closeFrame(1012)).toEqual(Buffer.from([0x88, 2, 0x03, 0xf4]));
  });
});
