import { afterEach, describe, expect, it } from 'vitest';
import { type EchoOptions, EchoServer } from './echo-server.fixture.js';
import { until } from './until.fixture.js';
import { clientFrame } from './wire.fixture.js';
import { type WsClient, join, joinRaw } from './ws-client.fixture.js';

let server: EchoServer;

afterEach(async () => server.close());

async function connect(options: EchoOptions = {}): Promise<WsClient> {
  server = await EchoServer.start(options);
  return join(server);
}

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
    const second = await join(server);
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
    const raw = await joinRaw(server);
    raw.write(Buffer.concat(['a', 'b'].map((text) => clientFrame(0x81, Buffer.from(text)))));
    await until(() => expect(raw.bytes).toEqual(Buffer.from([0x88, 2, 0x03, 0xe8])));
    raw.write(clientFrame(0x88, Buffer.from([0x03, 0xe8])));
    await until(() => expect(server.party.ends).toEqual([{ code: 1000, reason: '' }]));
    expect(server.party.text).toBe('a');
  });

  it('sends nothing after its close frame', async () => {
    server = await EchoServer.start();
    const raw = await joinRaw(server);
    raw.write(Buffer.concat([clientFrame(0x81, Buffer.from('echo me')), clientFrame(0x83, Buffer.from('broken'))]));
    await until(() => expect(server.party.text).toBe('echo me'));
    raw.socket.end();
    await until(() => expect(raw.closed).toBe(true));
    expect(raw.bytes).toEqual(Buffer.from([0x88, 2, 0x03, 0xea]));
  });

  it('by the session waits no longer than the limit for a client that does not answer', async () => {
    server = await EchoServer.start({ limits: { closeTimeoutMs: 50 } });
    const raw = await joinRaw(server);
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
    const raw = await joinRaw(server);
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
    const raw = await joinRaw(server);
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
