import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type EchoOptions, EchoServer } from './echo-server.fixture.js';
import { until } from './until.fixture.js';
import { RawSocket, ask, clientFrame, upgradeHead } from './wire.fixture.js';

let server: EchoServer;

afterEach(async () => server.close());

interface Client {
  readonly ws: WebSocket;
  readonly messages: { readonly text: string; readonly data: Buffer; readonly isBinary: boolean }[];
  readonly ends: (readonly [number, string])[];
}

async function connect(options: EchoOptions = {}): Promise<Client> {
  server = await EchoServer.start(options);
  return join();
}

async function join(): Promise<Client> {
  const ws = new WebSocket(`${server.wsUrl}/ws`, ['v12.stomp']);
  const client: Client = { ws, messages: [], ends: [] };
  ws.on('message', (data: Buffer, isBinary) => client.messages.push({ text: data.toString(), data, isBinary }));
  ws.on('close', (code, reason) => client.ends.push([code, reason.toString()]));
  ws.on('error', () => {});
  await until(() => expect(ws.readyState).toBe(WebSocket.OPEN));
  return client;
}

async function joinRaw(): Promise<RawSocket> {
  const raw = await RawSocket.to(server.port);
  raw.write(upgradeHead('/ws'));
  await until(() => expect(raw.text).toContain('\r\n\r\n'));
  raw.bytes = Buffer.alloc(0);
  return raw;
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
    const raw = await joinRaw();
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
    const raw = await joinRaw();
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
    const raw = await joinRaw();
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
    const raw = await joinRaw();
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

describe('end of a raw WebSocket', () => {
  it.each([
    [1000, 'bye'],
    [1001, ''],
    [4001, 'own'],
  ])('by the client with %d is told', async (code, reason) => {
    const { ws } = await connect();
    ws.close(code, reason);
    await until(() => expect(server.party.ends).toEqual([{ code, reason }]));
  });

  it('by the client without a code is 1005, by a dropped line 1006', async () => {
    const { ws } = await connect();
    ws.close();
    await until(() => expect(server.party.ends).toEqual([{ code: 1005, reason: '' }]));
    const second = await join();
    second.ws.terminate();
    await until(() => expect(server.party.ends).toEqual([{ code: 1006, reason: '' }]));
  });

  it('by the session flushes first, and nothing comes after', async () => {
    const { ws, messages, ends } = await connect({
      onData: ({ connection }, chunk) => {
        connection.send(chunk);
        connection.close(1002, 'é'.repeat(100));
        connection.send(Buffer.from('too late'));
        connection.close(1000, 'twice');
      },
    });
    ws.send('ERROR');
    ws.send('not heard');
    await until(() => expect(ends).toEqual([[1002, 'é'.repeat(61)]]));
    expect(messages.map((m) => m.text)).toEqual(['ERROR']);
    await until(() => expect(server.party.ends).toEqual([{ code: 1002, reason: 'é'.repeat(61) }]));
    expect(server.party.text).toBe('ERROR');
    expect(server.party.connection.bufferedBytes).toBe(0);
  });

  it('by the session while paused still hears the client answer', async () => {
    const { ws, ends } = await connect({
      limits: { closeTimeoutMs: 20_000 },
      onData: ({ connection }) => {
        connection.pause();
        setImmediate(() => connection.close(1008, 'policy'));
      },
    });
    ws.send('handled');
    ws.send('held');
    await until(() => expect(ends).toEqual([[1008, 'policy']]));
    await until(() => expect(server.party.ends).toEqual([{ code: 1008, reason: 'policy' }]));
  });

  it('by the session drops what was held', async () => {
    server = await EchoServer.start({
      onData: ({ connection }) => {
        connection.pause();
        setImmediate(() => {
          connection.close(1000, '');
          connection.resume();
        });
      },
    });
    const raw = await joinRaw();
    raw.write(Buffer.concat(['a', 'b'].map((text) => clientFrame(0x81, Buffer.from(text)))));
    await until(() => expect(raw.bytes).toEqual(Buffer.from([0x88, 2, 0x03, 0xe8])));
    raw.write(clientFrame(0x88, Buffer.from([0x03, 0xe8])));
    await until(() => expect(server.party.ends).toEqual([{ code: 1000, reason: '' }]));
    expect(server.party.text).toBe('a');
  });

  it('sends nothing after its close frame', async () => {
    server = await EchoServer.start();
    const raw = await joinRaw();
    raw.write(Buffer.concat([clientFrame(0x81, Buffer.from('echo me')), clientFrame(0x83, Buffer.from('broken'))]));
    await until(() => expect(server.party.text).toBe('echo me'));
    raw.socket.end();
    await until(() => expect(raw.closed).toBe(true));
    expect(raw.bytes).toEqual(Buffer.from([0x88, 2, 0x03, 0xea]));
  });

  it('by the session waits no longer than the limit for a client that does not answer', async () => {
    server = await EchoServer.start({ limits: { closeTimeoutMs: 50 } });
    const raw = await joinRaw();
    server.party.connection.close(1013, 'slow');
    await until(() => expect(server.party.ends).toEqual([{ code: 1013, reason: 'slow' }]));
    await until(() => expect(raw.closed).toBe(true));
  });

  it('by terminate is 1006 at once', async () => {
    const { ends } = await connect();
    server.party.connection.send(Buffer.from('lost'));
    server.party.connection.terminate();
    server.party.connection.terminate();
    await until(() => expect(ends).toEqual([[1006, '']]));
    expect(server.party.ends).toEqual([{ code: 1006, reason: '' }]);
    expect(server.transports.connectionCount).toBe(0);
  });
});

describe('liveness of a raw WebSocket', () => {
  const limits = { pingIntervalMs: 20, pongTimeoutMs: 150, sweepMs: 10 };

  it('pings, and drops who does not answer (half-open)', async () => {
    server = await EchoServer.start({ limits });
    const raw = await joinRaw();
    await until(() => expect(raw.text.startsWith('\x89\x00\x89\x00')).toBe(true));
    await until(() => expect(server.party.ends).toEqual([{ code: 1006, reason: '' }]));
    await until(() => expect(raw.closed).toBe(true));
  });

  it('keeps who answers', async () => {
    const { ws, ends } = await connect({ limits });
    let pings = 0;
    ws.on('ping', () => (pings += 1));
    await until(() => expect(pings).toBeGreaterThan(15));
    expect(ends).toEqual([]);
  });

  it('keeps who sends data but no pongs', async () => {
    server = await EchoServer.start({ limits });
    const raw = await joinRaw();
    const talking = setInterval(() => raw.write(clientFrame(0x81, Buffer.from('\n'))), 20);
    await until(() => expect(server.party.text.length).toBeGreaterThan(25));
    clearInterval(talking);
    expect(server.party.ends).toEqual([]);
  });

  it('does not blame clients for time in which it could not listen', async () => {
    let skipped = 0;
    const { ws, ends } = await connect({ limits, now: () => Date.now() + skipped });
    let pings = 0;
    ws.on('ping', () => (pings += 1));
    await until(() => expect(pings).toBeGreaterThan(1));
    skipped = 60_000;
    const before = pings;
    await until(() => expect(pings).toBeGreaterThan(before + 5));
    expect(ends).toEqual([]);
  });
});

describe('back-pressure of a raw WebSocket', () => {
  it('stops reading while paused and then delivers everything in order', async () => {
    const { ws } = await connect({
      onData: ({ connection, chunks }) => (chunks.length === 1 ? connection.pause() : undefined),
    });
    const sent: string[] = [];
    for (let i = 0; i < 400; i += 1) {
      sent.push(`${i}:`.padEnd(60_000, 'x'));
      ws.send(sent[i] as string);
    }
    await until(() => expect(server.party.chunks).toHaveLength(1));
    // 24 MB do not fit into the socket buffers of the two ends: the client is held back.
    const waiting = ws.bufferedAmount;
    expect(waiting).toBeGreaterThan(5_000_000);
    for (let i = 0; i < 5; i += 1) await ask('GET', `${server.url}/ws/info`);
    expect(server.party.chunks).toHaveLength(1);
    expect(ws.bufferedAmount).toBeGreaterThan(5_000_000);
    server.party.connection.resume();
    await until(() => expect(server.party.chunks).toHaveLength(400));
    expect(server.party.text).toBe(sent.join(''));
  });

  it('delivers nothing between pause and resume, however it arrived', async () => {
    const log: string[] = [];
    server = await EchoServer.start({
      onData: ({ connection }, chunk) => {
        log.push(chunk.toString());
        connection.pause();
        setImmediate(() => {
          log.push('resume');
          connection.resume();
        });
      },
    });
    const raw = await joinRaw();
    raw.write(Buffer.concat(['a', 'b', 'c'].map((text) => clientFrame(0x81, Buffer.from(text)))));
    await until(() => expect(log).toEqual(['a', 'resume', 'b', 'resume', 'c', 'resume']));
  });

  it('delivers what was sent before a close in good order, after resume', async () => {
    const { ws } = await connect();
    server.party.connection.pause();
    ws.send('last words');
    ws.close(1000, 'bye');
    await until(() => expect(ws.readyState).toBe(WebSocket.CLOSING));
    server.party.connection.resume();
    await until(() => expect(server.party.ends).toEqual([{ code: 1000, reason: 'bye' }]));
    expect(server.party.text).toBe('last words');
  });

  it('shows what a slow reader leaves behind, and others are not held up', async () => {
    const { ws } = await connect();
    ws.pause();
    const { connection } = server.party;
    const frame = Buffer.alloc(60_000, 'm');
    expect(connection.bufferedBytes).toBe(0);
    connection.send(frame);
    expect(connection.bufferedBytes).toBeGreaterThan(60_000);
    for (let i = 0; i < 400; i += 1) connection.send(frame);
    await ask('GET', `${server.url}/ws/info`);
    expect(connection.bufferedBytes).toBeGreaterThan(1_000_000);
    const other = await join();
    other.ws.send('hello');
    await until(() => expect(other.messages.map((m) => m.text)).toEqual(['hello']));
    ws.resume();
    await until(() => expect(connection.bufferedBytes).toBe(0));
  });

  it('shows how a slow reader gets on', async () => {
    const { ws } = await connect();
    const { connection } = server.party;
    ws.pause();
    for (let i = 0; i < 400; i += 1) connection.send(Buffer.alloc(60_000, 'm'));
    await ask('GET', `${server.url}/ws/info`);
    const before = connection.bufferedBytes;
    let read = 0;
    ws.on('message', (data: Buffer) => {
      read += data.length;
      if (read === 6_000_000) ws.pause();
    });
    ws.resume();
    await until(() => expect(ws.isPaused).toBe(true));
    await until(() => expect(connection.bufferedBytes).toBeLessThan(before - 3_000_000));
    expect(connection.bufferedBytes).toBeGreaterThan(1_000_000);
    ws.resume();
    await until(() => expect(connection.bufferedBytes).toBe(0));
    await until(() => expect(read).toBe(24_000_000));
  });

  it('drops a slow reader that is closed and does not take the rest', async () => {
    const { ws } = await connect({ limits: { closeTimeoutMs: 50 } });
    ws.pause();
    const party = server.party;
    for (let i = 0; i < 400; i += 1) party.connection.send(Buffer.alloc(60_000, 'm'));
    party.connection.close(1013, 'too slow');
    await until(() => expect(party.ends).toEqual([{ code: 1013, reason: 'too slow' }]));
    expect(party.connection.bufferedBytes).toBe(0);
  });
});
