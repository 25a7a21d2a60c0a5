import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type EchoOptions, EchoServer } from './echo-server.fixture.js';
import { until } from './until.fixture.js';
import { ask, clientFrame } from './wire.fixture.js';
import { type WsClient, join, joinRaw } from './ws-client.fixture.js';

let server: EchoServer;

afterEach(async () => server.close());

async function connect(options: EchoOptions = {}): Promise<WsClient> {
  server = await EchoServer.start(options);
  return join(server);
}

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
    const raw = await joinRaw(server);
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
    const other = await join(server);
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
