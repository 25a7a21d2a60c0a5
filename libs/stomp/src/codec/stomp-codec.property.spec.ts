import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encoderFor } from './stomp-encoder.js';
import { StompDecoder, type DecoderLimits } from './stomp-decoder.js';
import type { HeaderPair, StompCommand } from './stomp-frame.js';
import { StompProtocolError } from './stomp-protocol-error.js';
import { STOMP_VERSIONS, type StompVersion } from './stomp-version.js';

const LIMITS: DecoderLimits = { frameBytes: 65_536, headers: 32, headerLineBytes: 4_096 };

interface Frame {
  readonly command: StompCommand;
  readonly headers: readonly HeaderPair[];
  readonly body: Buffer;
}

/** Everything a version can say in a header; the rest becomes a space and is covered by the examples. */
const UNSAYABLE: Record<StompVersion, RegExp> = { '1.0': /[\r\n\0:]/g, '1.1': /[\r\0]/g, '1.2': /\0/g };

function arbitraryFrame(version: StompVersion): fc.Arbitrary<Frame> {
  const characters = fc.oneof(
    fc.constantFrom('\\', ':', '\n', '\r', '\0', ' ', 'n', 'r', 'c', '/'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  );
  const text = fc.array(characters, { maxLength: 12 }).map((all) => all.join('').replace(UNSAYABLE[version], '_'));
  const name = text.filter((value) => value !== '' && !['content-length', 'receipt'].includes(value));
  const headers = fc.array(fc.tuple(name, text), { maxLength: 8 });
  const withBody = fc.record({
    command: fc.constantFrom<StompCommand>('SEND', 'MESSAGE', 'ERROR'),
    headers,
    body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  });
  const without = fc.record({
    command: fc.constantFrom<StompCommand>('SUBSCRIBE', 'UNSUBSCRIBE', 'ACK', 'BEGIN', 'DISCONNECT', 'RECEIPT'),
    headers,
    body: fc.constant(Buffer.alloc(0)),
  });
  return fc.oneof(withBody, without);
}

function encode(version: StompVersion, { command, headers, body }: Frame): Buffer {
  const counted: readonly HeaderPair[] =
    body.length > 0 ? [...headers, ['content-length', String(body.length)]] : headers;
  return encoderFor(version).encode(command, counted, body);
}

/** Frames read from the chunks until the end or the first error. */
function decode(version: StompVersion, chunks: readonly Buffer[]): { frames: unknown[]; error?: unknown } {
  const decoder = new StompDecoder(LIMITS);
  decoder.use(version, LIMITS);
  const frames: unknown[] = [];
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
        frames.push({
          command: frame.command,
          headers: frame.headers.entries().filter(([name]) => name !== 'content-length'),
          body: Buffer.from(frame.body),
        });
      }
    }
    return { frames };
  } catch (error) {
    return { frames, error };
  }
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const cuts = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
}

describe.each(STOMP_VERSIONS)('the codec in %s', (version) => {
  const stream = fc.array(arbitraryFrame(version), { minLength: 1, maxLength: 5 });
  const cuts = fc.array(fc.nat(), { maxLength: 40 });

  it('reads what it wrote, in any chunking', () => {
    fc.assert(
      fc.property(stream, cuts, (frames, at) => {
        const bytes = Buffer.concat(frames.map((frame) => encode(version, frame)));
        expect(decode(version, cut(bytes, at))).toEqual({ frames });
      }),
      { numRuns: 500 },
    );
  });

  it('says the same of any bytes in any chunking, and throws nothing but protocol errors', () => {
    const pieces = fc.oneof(
      fc.constantFrom(
        'SEND\n',
        'CONNECT\n',
        'SUBSCRIBE\r\n',
        'x:1\n',
        'receipt:r\n',
        'content-length:3\n',
        '\n',
        '\r\n',
      ),
      fc.constantFrom('\0', '\r', '\\', ':', 'é', 'abc', 'content-length:'),
      fc.uint8Array({ maxLength: 20 }),
    );
    const bytes = fc
      .array(pieces, { maxLength: 30 })
      .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));
    fc.assert(
      fc.property(bytes, cuts, (input, at) => {
        const whole = decode(version, [input]);
        const split = decode(version, cut(input, at));
        expect(whole.error === undefined || whole.error instanceof StompProtocolError).toBe(true);
        expect(split.frames).toEqual(whole.frames);
        expect((split.error as Error | undefined)?.message).toBe((whole.error as Error | undefined)?.message);
      }),
      { numRuns: 2_000 },
    );
  });
});
