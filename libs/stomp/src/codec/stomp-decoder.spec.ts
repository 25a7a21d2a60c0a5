import { describe, expect, it } from 'vitest';
import { StompDecoder, type DecoderLimits } from './stomp-decoder.js';
import { StompProtocolError } from './stomp-protocol-error.js';
import type { StompVersion } from './stomp-version.js';

const LIMITS: DecoderLimits = { frameBytes: 65_536, headers: 32, headerLineBytes: 4_096 };

function decoder(version: StompVersion = '1.2', limits: Partial<DecoderLimits> = {}): StompDecoder {
  const made = new StompDecoder(LIMITS);
  made.use(version, { ...LIMITS, ...limits });
  return made;
}

function frames(chunks: readonly (string | Buffer)[], version: StompVersion = '1.2', limits?: Partial<DecoderLimits>) {
  const reader = decoder(version, limits);
  const found = [];
  for (const chunk of chunks) {
    reader.push(Buffer.from(chunk));
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      found.push({
        command: frame.command,
        headers: [...frame.headers.entries()],
        body: frame.body.toString('latin1'),
      });
    }
  }
  return found;
}

function errorOf(chunks: readonly (string | Buffer)[], version?: StompVersion, limits?: Partial<DecoderLimits>) {
  try {
    frames(chunks, version, limits);
  } catch (error) {
    if (error instanceof StompProtocolError) return error;
    throw error;
  }
  throw new Error('no protocol error');
}

describe('StompDecoder', () => {
  it('reads command, headers and body', () => {
    expect(frames(['SEND\ndestination:/a\nx:1:2\ny:\n\nhi\0'])).toEqual([
      {
        command: 'SEND',
        headers: [
          ['destination', '/a'],
          ['x', '1:2'],
          ['y', ''],
        ],
        body: 'hi',
      },
    ]);
  });

  it('takes CRLF line ends, also when CR and LF come apart', () => {
    expect(frames(['SEND\r', '\nx:1\r\n\r', '\nb\r\nc\0\r', '\n'])).toMatchObject([
      { headers: [['x', '1']], body: 'b\r\nc' },
    ]);
  });

  it('skips EOLs and NULs between frames', () => {
    expect(frames(['\n\r\n\0\0\nACK\n\n\0\n\n', '\r', '\nNACK\n\n\0']).map(({ command }) => command)).toEqual([
      'ACK',
      'NACK',
    ]);
  });

  it('gives several frames of one chunk one at a time, each with the version of its moment', () => {
    const reader = decoder('1.2');
    reader.push(Buffer.from('SEND\nx:a\\cb\n\n\0SEND\nx:a\\cb\n\n\0'));
    expect(reader.next()?.headers.get('x')).toBe('a:b');
    reader.use('1.0', LIMITS);
    expect(reader.next()?.headers.get('x')).toBe('a\\cb');
    expect(reader.next()).toBeUndefined();
    expect(reader.bufferedBytes).toBe(0);
  });

  it('does not trim, and gives the first of repeated headers', () => {
    const reader = decoder();
    reader.push(Buffer.from('SEND\n a : 1 \nb:2\nb:3\n\n\0'));
    const frame = reader.next();
    expect(frame?.headers.get(' a ')).toBe(' 1 ');
    expect(frame?.headers.get('b')).toBe('2');
    expect(frame?.headers.get('constructor')).toBeUndefined();
  });

  it('reads no escapes in CONNECT, STOMP and CONNECTED', () => {
    expect(frames(['CONNECT\nx:a\\tb\\\n\n\0STOMP\nx:\\c\n\n\0CONNECTED\nx:\\\n\n\0'])).toMatchObject([
      { headers: [['x', 'a\\tb\\']] },
      { headers: [['x', '\\c']] },
      { headers: [['x', '\\']] },
    ]);
  });

  describe('content-length', () => {
    it.each([
      ['counts bytes and lets NULs through', 'SEND\ncontent-length:5\n\na\0b\0c\0', 'a\0b\0c'],
      ['counts bytes, not characters', 'SEND\ncontent-length:4\n\néé\0', 'Ã©Ã©'],
      ['negative is ignored', 'SEND\ncontent-length:-1\n\nab\0', 'ab'],
      ['no number is ignored', 'SEND\ncontent-length:abc\n\nab\0', 'ab'],
      ['zero', 'SEND\ncontent-length:0\n\n\0', ''],
      ['the first counts', 'SEND\ncontent-length:1\ncontent-length:9\n\na\0', 'a'],
    ])('%s', (_, bytes, body) => {
      expect(frames([bytes])).toMatchObject([{ body }]);
    });

    it('no number is ignored in a split frame, too', () => {
      expect(frames(['SEND\ncontent-length:abc\n\nab', 'cd\0'])).toMatchObject([{ body: 'abcd' }]);
    });

    it('waits for the bytes promised', () => {
      expect(frames(['SEND\ncontent-length:9\n\nabcd\0'])).toEqual([]);
      expect(frames(['SEND\ncontent-length:9\n\nabcd', 'efghi\0'])).toMatchObject([{ body: 'abcdefghi' }]);
    });

    it('too short is an error', () => {
      expect(errorOf(['SEND\ncontent-length:2\n\nabcd\0']).closeCode).toBe(1002);
    });
  });

  it.each([
    ['unknown command', 'WRONG\n\n\0'],
    ['unknown command before its frame is whole', 'GET / HTTP/1.1\r\n'],
    ['endless command', 'A'.repeat(33)],
    ['lower-case command', 'send\n\n\0'],
    ['lone CR in a header', 'SEND\nx:a\rb\n\n\0'],
    ['lone CR between frames', '\rSEND\n\n\0'],
    ['header without a colon', 'SEND\nfoo\n\n\0'],
    ['header without a name', 'SEND\n:foo\n\n\0'],
    ['undefined escape', 'SEND\nx:a\\tb\n\n\0'],
    ['NUL inside the headers', 'SEND\nx:1\0\n\n\0'],
    ['NUL in place of the blank line', 'SUBSCRIBE\nid:0\n\0'],
    ['body on SUBSCRIBE', 'SUBSCRIBE\nid:0\n\nbody\0'],
    ['body on CONNECT', 'CONNECT\n\nbody\0'],
    ['counted body on DISCONNECT', 'DISCONNECT\ncontent-length:4\n\nbody\0'],
  ])('refuses: %s', (_, bytes) => {
    expect(errorOf([bytes])).toMatchObject({ name: 'StompProtocolError', closeCode: 1002 });
    expect(errorOf(bytes.split(''))).toMatchObject({ name: 'StompProtocolError', closeCode: 1002 });
  });

  describe('limits', () => {
    const head = 'SEND\nx:1\n\n';
    const body = 'b'.repeat(100 - head.length - 1);
    const counted = 'SEND\ncontent-length:';

    it('takes a frame of exactly the limit, whole or in pieces', () => {
      expect(frames([`${head}${body}\0`], '1.2', { frameBytes: 100 })).toMatchObject([{ body }]);
      expect(frames(`${head}${body}\0`.split(''), '1.2', { frameBytes: 100 })).toMatchObject([{ body }]);
    });

    it.each([
      ['one byte more', [`${head}${body}b\0`]],
      ['one byte more, in pieces', `${head}${body}b`.split('')],
      ['a body without end', [head, 'b'.repeat(50), 'b'.repeat(50)]],
      ['a content-length beyond it, before the body', [`${counted}80\n\n`]],
      ['an enormous content-length', [`${counted}${'9'.repeat(40)}\n\n`]],
      ['headers without end', ['SEND\n', 'x:1\n'.repeat(30)]],
    ])('refuses with 1009: %s', (_, chunks) => {
      expect(errorOf(chunks, '1.2', { frameBytes: 100 }).closeCode).toBe(1009);
    });

    it('bounds the number of headers', () => {
      expect(frames([`SEND\n${'x:1\n'.repeat(32)}\n\0`])).toHaveLength(1);
      expect(errorOf([`SEND\n${'x:1\n'.repeat(33)}\n\0`]).closeCode).toBe(1009);
    });

    it('bounds a header line, before it ends', () => {
      expect(frames([`SEND\nx:${'1'.repeat(4_094)}\r\n\n\0`])).toHaveLength(1);
      expect(errorOf([`SEND\nx:${'1'.repeat(4_095)}`]).closeCode).toBe(1009);
    });
  });

  describe('the receipt of a bad frame', () => {
    it.each([
      ['before the fault', 'SEND\nreceipt:r\\c1\nfoo\n\n\0', 'r:1'],
      ['behind the fault', 'SEND\nfoo\nreceipt:r\n\n\0', 'r'],
      ['of a frame with a body it must not have', 'BEGIN\nreceipt:r\n\nx\0', 'r'],
      ['unreadable', 'SEND\nreceipt:\\t\n\n\0', undefined],
      ['none', 'SEND\nfoo\n\nreceipt:no\n\0', undefined],
    ])('%s', (_, bytes, receiptId) => {
      expect(errorOf([bytes]).receiptId).toBe(receiptId);
    });
  });

  it('is mute after an error', () => {
    const reader = decoder();
    reader.push(Buffer.from('WRONG\n\n\0ACK\n\n\0'));
    expect(() => reader.next()).toThrow(StompProtocolError);
    reader.push(Buffer.from('ACK\n\n\0'));
    expect(reader.next()).toBeUndefined();
    expect(reader.bufferedBytes).toBe(0);
  });

  it('reads 64 KiB that come byte by byte without reading any byte twice too often', () => {
    const bytes = Buffer.from(`SEND\n\n${'x'.repeat(65_000)}\0`);
    const reader = decoder();
    let found;
    for (let i = 0; i < bytes.length; i++) {
      reader.push(bytes.subarray(i, i + 1));
      found = reader.next() ?? found;
    }
    expect(found?.body).toHaveLength(65_000);
  });

  it('leaves bodies alone that were handed out', () => {
    const reader = decoder();
    const bytes = Buffer.from('SEND\n\nfirst\0SEND\n\nsecond\0');
    const bodies: Buffer[] = [];
    for (const byte of bytes) {
      reader.push(Buffer.from([byte]));
      const frame = reader.next();
      if (frame !== undefined) bodies.push(frame.body);
    }
    expect(bodies.map(String)).toEqual(['first', 'second']);
  });
});
