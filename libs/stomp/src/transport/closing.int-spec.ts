import { type MockInstance, afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { EchoServer } from './echo-server.fixture.js';
import { until } from './until.fixture.js';
import { RawSocket, Stream, ask, open, upgradeHead } from './wire.fixture.js';

let server: EchoServer;

afterEach(async () => server.close());

const url = (session: string, transport: string): string => `${server.url}/ws/1/${session}/${transport}`;
const poll = async (session: string): Promise<string> => (await ask('POST', url(session, 'xhr'))).body;

interface Client {
  readonly ends: (readonly [number, string])[];
  readonly messages: string[];
}

async function join(path: string): Promise<Client> {
  const ws = new WebSocket(server.wsUrl + path);
  const client: Client = { ends: [], messages: [] };
  ws.on('message', (data: Buffer) => client.messages.push(data.toString()));
  ws.on('close', (code, reason) => client.ends.push([code, reason.toString()]));
  await until(() => expect(ws.readyState).toBe(WebSocket.OPEN));
  return client;
}

/** A client that never answers a close frame. */
async function joinDeaf(): Promise<RawSocket> {
  const raw = await RawSocket.to(server.port);
  raw.write(upgradeHead('/ws'));
  await until(() => expect(raw.text).toContain('\r\n\r\n'));
  return raw;
}

/** How many of the timers that were made still run. */
const running = (created: readonly MockInstance[]): number =>
  created
    .flatMap(({ mock }) => mock.results)
    .filter(({ value }) => !(value as { readonly _destroyed: boolean })._destroyed).length;

describe('closing the endpoint (fact 64)', () => {
  it('tells each transport in its own way, flushed, and resolves when all have gone', async () => {
    server = await EchoServer.start();
    const raw = await join('/ws');
    const sockjs = await join('/ws/1/w/websocket');
    await poll('p');
    const waiting = poll('p');
    const streaming = new Stream(await open('POST', url('s', 'xhr_streaming')));
    const events = new Stream(await open('GET', url('e', 'eventsource')));
    await until(() => expect(server.transports.connectionCount).toBe(5));
    for (const party of server.parties) party.connection.send(Buffer.from('last'));

    const closing = server.transports.close(1001, 'going');
    expect(await waiting).toBe('a["last"]\n');
    expect(await poll('p')).toBe('c[1001,"going"]\n');
    await closing;

    expect(server.transports.connectionCount).toBe(0);
    await until(() =>
      expect(server.parties.map((party) => party.ends)).toEqual(
        Array.from({ length: 5 }, () => [{ code: 1001, reason: 'going' }]),
      ),
    );
    await until(() => expect([...raw.ends, ...sockjs.ends]).toEqual(Array.from({ length: 2 }, () => [1001, 'going'])));
    expect(raw.messages).toEqual(['last']);
    expect(sockjs.messages).toEqual(['o', 'a["last"]', 'c[1001,"going"]']);
    await until(() => expect(streaming.ended && events.ended).toBe(true));
    expect(streaming.text).toMatch(/\no\na\["last"\]\nc\[1001,"going"\]\n$/);
    expect(events.text).toBe('\r\ndata: o\r\n\r\ndata: a["last"]\r\n\r\ndata: c[1001,"going"]\r\n\r\n');
  });

  it('ends stragglers within the bound: deaf, paused, blocked, and not polling', async () => {
    server = await EchoServer.start();
    const deaf = await joinDeaf();
    const blocked = new WebSocket(`${server.wsUrl}/ws`);
    await until(() => expect(blocked.readyState).toBe(WebSocket.OPEN));
    blocked.pause();
    for (let i = 0; i < 400; i += 1) server.party.connection.send(Buffer.alloc(60_000));
    await poll('p');
    server.party.connection.pause();
    const started = Date.now();
    await server.transports.close(1012, 'restart', { withinMs: 100 });
    expect(Date.now() - started).toBeLessThan(4_000);
    expect(server.transports.connectionCount).toBe(0);
    await until(() =>
      expect(server.parties.map((party) => party.ends)).toEqual(
        Array.from({ length: 3 }, () => [{ code: 1012, reason: 'restart' }]),
      ),
    );
    await until(() => expect(deaf.closed).toBe(true));
    blocked.terminate();
  });

  it('leaves no timer behind', async () => {
    const created = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'setInterval')];
    server = await EchoServer.start({ limits: { closeTimeoutMs: 50, sweepMs: 10 } });
    await Promise.all([join('/ws'), join('/ws/1/w/websocket'), poll('p'), joinDeaf()]);
    const streaming = new Stream(await open('POST', url('s', 'xhr_streaming')));
    expect(running(created)).toBeGreaterThan(0);
    await server.transports.close(1001, '', { withinMs: 60_000, spreadMs: 10 });
    await until(() => expect(streaming.ended).toBe(true));
    expect(created.every(({ mock }) => mock.calls.length > 0)).toBe(true);
    await until(() => expect(running(created)).toBe(0), 2_000);
    vi.restoreAllMocks();
  });

  it('refuses newcomers with 503 from drain on, while those that are there go on', async () => {
    server = await EchoServer.start();
    const raw = await join('/ws');
    await poll('p');
    server.transports.drain();
    const late = await joinLate();
    expect(late).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect((await ask('POST', url('q', 'xhr'))).status).toBe(503);
    expect((await ask('POST', url('p', 'xhr_send'), { body: '["x"]' })).status).toBe(204);
    expect(await poll('p')).toBe('a["x"]\n');
    expect(raw.ends).toEqual([]);
    await server.transports.close(1001, '', { withinMs: 20 });
    expect(await joinLate()).toMatch(/^HTTP\/1\.1 503 /);
    await server.transports.close(1001, '');
  });

  async function joinLate(): Promise<string> {
    const raw = await RawSocket.to(server.port);
    raw.write(upgradeHead('/ws'));
    await until(() => expect(raw.closed).toBe(true));
    return raw.text;
  }

  it('spreads the closes over time when asked', async () => {
    server = await EchoServer.start();
    const clients = await Promise.all(Array.from({ length: 10 }, async () => join('/ws')));
    const counts = new Set<number>();
    const closing = server.transports.close(1012, '', { withinMs: 5_000, spreadMs: 300 });
    await until(() => {
      counts.add(server.transports.connectionCount);
      expect(server.transports.connectionCount).toBe(0);
    });
    await closing;
    expect(counts.size).toBeGreaterThan(4);
    await until(() =>
      expect(clients.flatMap((client) => client.ends)).toEqual(Array.from({ length: 10 }, () => [1012, ''])),
    );
  });
});
