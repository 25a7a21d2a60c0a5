import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type EchoOptions, EchoServer } from './echo-server.fixture.js';
import { until } from './until.fixture.js';
import { RawSocket, clientFrame, upgradeHead } from './wire.fixture.js';
import { type WsClient, join, joinRaw } from './ws-client.fixture.js';

let server: EchoServer;

afterEach(async () => server.close());

async function connect(options: EchoOptions = {}): Promise<WsClient> {
  server = await EchoServer.start(options);
  return join(server);
}

describe('raw WebSocket', () => {
  it('takes text and binary alike and answers text (fact 25)', async () => {
    const { ws, messages } = await connect();
    ws.send('CONNECT\n\n\0');
    ws.send(Buffer.from('é'), { binary: true });
    await until(() =>
      expect(messages.map((m) => [m.text, m.isBinary])).toEqual([
        ['CONNECT\n\n\0', false],
        ['é', false],
      ]),
    );
    expect(server.party.connection.transport).toBe('websocket');
  });

  it('answers binary when asked, or when the bytes are not UTF-8', async () => {
    const { ws, messages } = await connect({
      onData: ({ connection }, chunk) => connection.send(chunk, chunk.toString() === 'octets'),
    });
    ws.send('octets');
    ws.send(Buffer.from([0xff, 0x00]));
    ws.send('text');
    await until(() => expect(messages.map((m) => m.isBinary)).toEqual([true, true, false]));
    expect(messages[1]?.data).toEqual(Buffer.from([0xff, 0x00]));
  });

  it('puts each frame into a message of its own, and all of one turn into one write (performance.md 2)', async () => {
    await connect({
      onData: ({ connection }) => {
        for (let i = 0; i < 100; i += 1) connection.send(Buffer.from(`MESSAGE\n\n${i}\0`));
      },
    });
    const raw = await joinRaw(server);
    const chunks: number[] = [];
    raw.socket.on('data', (chunk) => chunks.push(chunk.length));
    raw.write(clientFrame(0x81, Buffer.from('go')));
    await until(() => expect(raw.text.split('\0')).toHaveLength(101));
    expect(chunks).toHaveLength(1);
    expect(raw.text.match(/\x81[\x0b-\x0c]MESSAGE/g)).toHaveLength(100);
  });

  it.each([0, 125, 126, 4_096, 65_535, 65_536, 128 * 1024])('carries %d bytes whole, both ways', async (size) => {
    const { ws, messages } = await connect();
    const body = Buffer.from(randomBytes(size).toString('latin1'), 'utf8').subarray(0, size);
    ws.send(body, { binary: true });
    ws.send('end');
    await until(() => expect(messages.at(-1)?.text).toBe('end'));
    expect(server.party.text).toBe(`${body.toString('utf8')}end`);
    expect(messages.slice(0, -1).every(({ data }) => data.equals(body))).toBe(true);
  });

  it('closes a message above the limit with 1009', async () => {
    const { ws, ends } = await connect();
    ws.send('a'.repeat(128 * 1024 + 1));
    await until(() => expect(ends).toEqual([[1009, '']]));
    await until(() => expect(server.party.ends).toEqual([{ code: 1009, reason: 'Max payload size exceeded' }]));
    expect(server.party.chunks).toEqual([]);
  });

  it('takes 64 fragments and closes at the 65th with 1008', async () => {
    server = await EchoServer.start();
    const fragments = (count: number): Buffer =>
      Buffer.concat(
        Array.from({ length: count }, (_, i) =>
          clientFrame((i === 0 ? 0x01 : 0x00) | (i === count - 1 ? 0x80 : 0), Buffer.from('x')),
        ),
      );
    const raw = await joinRaw(server);
    raw.write(fragments(64));
    await until(() => expect(raw.text).toBe(`\x81\x40${'x'.repeat(64)}`));
    raw.write(fragments(65));
    await until(() => expect(raw.bytes.subarray(-4)).toEqual(Buffer.from([0x88, 2, 0x03, 0xf0])));
    raw.socket.end();
    await until(() => expect(server.party.ends.map((end) => end.code)).toEqual([1008]));
    expect(server.party.text).toBe('x'.repeat(64));
  });

  it('takes a frame byte by byte, but only so many pieces', async () => {
    server = await EchoServer.start({ limits: { chunks: 50 } });
    const raw = await joinRaw(server);
    raw.socket.setNoDelay(true);
    const frame = clientFrame(0x81, Buffer.alloc(100, 'y'));
    const dribble = async (bytes: Buffer): Promise<void> => {
      for (const byte of bytes) {
        raw.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await dribble(clientFrame(0x81, Buffer.alloc(20, 'x')));
    await until(() => expect(server.party.text).toBe('x'.repeat(20)));
    await dribble(frame);
    await until(() => expect(server.party.ends.length + server.party.chunks.length).toBeGreaterThan(1));
    expect(server.party.ends.map((end) => end.code)).toEqual([1008]);
  });

  it.each([
    ['unmasked', Buffer.from([0x81, 0x01, 0x61]), 1002],
    ['reserved bit', clientFrame(0xc1, Buffer.from('a')), 1002],
    ['unknown opcode', clientFrame(0x83, Buffer.from('a')), 1002],
    ['fragmented ping', clientFrame(0x09, Buffer.from('a')), 1002],
    ['long ping', clientFrame(0x89, Buffer.alloc(126)), 1002],
    ['continuation of nothing', clientFrame(0x80, Buffer.from('a')), 1002],
    ['text that is not UTF-8', clientFrame(0x81, Buffer.from([0xc3, 0x28])), 1007],
    ['close code out of range', clientFrame(0x88, Buffer.from([0x03, 0xed])), 1002],
    ['length above 2^53', Buffer.from([0x82, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0]), 1009],
  ])('ends on a broken frame: %s', async (_, bytes, code) => {
    server = await EchoServer.start();
    const raw = await joinRaw(server);
    raw.write(bytes);
    await until(() => expect(raw.bytes).toEqual(Buffer.from([0x88, 2, code >> 8, code & 0xff])));
    raw.socket.end();
    await until(() => expect(server.party.ends.map((end) => end.code)).toEqual([code]));
    expect(server.transports.connectionCount).toBe(0);
  });

  it('takes what comes in one packet with the handshake', async () => {
    server = await EchoServer.start();
    const raw = await RawSocket.to(server.port);
    raw.write(Buffer.concat([Buffer.from(upgradeHead('/ws')), clientFrame(0x81, Buffer.from('early'))]));
    await until(() => expect(raw.text).toMatch(/^HTTP\/1\.1 101 [^]*\r\n\r\n\x81\x05early$/));
    raw.socket.destroy();
  });

  it('answers pings while it sends', async () => {
    const { ws } = await connect();
    const pongs: string[] = [];
    ws.on('pong', (data) => pongs.push(data.toString()));
    ws.ping('are you there');
    await until(() => expect(pongs).toEqual(['are you there']));
  });
});
