import { afterEach, describe, expect, it } from 'vitest';
import { type EchoOptions, EchoServer } from './echo-server.fixture.js';
import { until } from './until.fixture.js';
import { Stream, ask, open } from './wire.fixture.js';

let server: EchoServer;

afterEach(async () => server.close());

const start = async (options: EchoOptions = {}): Promise<void> => {
  server = await EchoServer.start({ allowedOrigins: ['http://a.test', 'http://b.test'], ...options });
};
const url = (transport: string, session = 'abc'): string => `${server.url}/ws/1/${session}/${transport}`;
const poll = async (session = 'abc'): Promise<string> => (await ask('POST', url('xhr', session))).body;
const send = async (...messages: string[]): Promise<number> =>
  (await ask('POST', url('xhr_send'), { body: JSON.stringify(messages) })).status;
const stream = async (transport: string): Promise<Stream> =>
  new Stream(await open(transport === 'eventsource' ? 'GET' : 'POST', url(transport)));
/** Resolves when requests made before have been read. */
const settled = async (): Promise<void> => void (await ask('GET', `${server.url}/ws/info`));

const PRELUDE = `${'h'.repeat(2048)}\n`;
const STREAMS = [
  ['xhr_streaming', 'xhr-streaming', PRELUDE, '', '\n', 'application/javascript;charset=UTF-8'],
  ['eventsource', 'eventsource', '\r\n', 'data: ', '\r\n\r\n', 'text/event-stream;charset=UTF-8'],
] as const;

describe('xhr polling', () => {
  it('opens, carries what is queued as one array, and waits (fact 92)', async () => {
    await start();
    const first = await ask('POST', url('xhr'));
    expect([first.status, first.headers['content-type'], first.body]).toEqual([
      200,
      'application/javascript;charset=UTF-8',
      'o\n',
    ]);
    expect(server.party.connection.transport).toBe('xhr-polling');
    await send('a');
    await send('b"\n\0', '😀');
    expect(await poll()).toBe('a["a","b\\"\\n\\u0000\\ud83d\\ude00"]\n');
    const waiting = poll();
    await send('late');
    expect(await waiting).toBe('a["late"]\n');
  });

  it('answers a second waiting poll with 2010 and keeps the first', async () => {
    await start();
    await poll();
    const polls = [poll(), poll()];
    expect(await Promise.race(polls)).toBe('c[2010,"Another connection still open"]\n');
    await send('x');
    expect((await Promise.all(polls)).toSorted()).toEqual(['a["x"]\n', 'c[2010,"Another connection still open"]\n']);
  });

  it('sends h when nothing was written for the heart-beat time (fact 96)', async () => {
    await start({ limits: { heartbeatMs: 40, sweepMs: 10 } });
    expect(await poll()).toBe('o\n');
    expect(await poll()).toBe('h\n');
    expect(await poll()).toBe('h\n');
  });

  it('splits what waits into responses of the limit', async () => {
    await start({ limits: { responseBytes: 1_000 } });
    await poll();
    for (const size of [600, 300, 300, 5_000, 10])
      server.party.connection.send(Buffer.alloc(size, String(size).charAt(0)));
    expect(server.party.connection.bufferedBytes).toBe(6_210);
    const sizes = [];
    for (let i = 0; i < 4; i += 1) sizes.push((JSON.parse((await poll()).slice(1)) as string[]).map((m) => m.length));
    expect(sizes).toEqual([[600, 300], [300], [5_000], [10]]);
    expect(server.party.connection.bufferedBytes).toBe(0);
  });

  it('shows what an absent poller leaves behind', async () => {
    await start();
    await poll();
    const { connection } = server.party;
    for (let i = 1; i <= 20; i += 1) {
      connection.send(Buffer.alloc(60_000, 'm'));
      expect(connection.bufferedBytes).toBe(i * 60_000);
    }
    connection.terminate();
    expect(connection.bufferedBytes).toBe(0);
  });

  it('is over when nobody polls for the disconnect delay; a new poll starts anew (fact 96)', async () => {
    await start({ limits: { disconnectDelayMs: 60, sweepMs: 10 } });
    expect(await poll()).toBe('o\n');
    const first = server.party;
    await until(() => expect(first.ends).toEqual([{ code: 1006, reason: '' }]));
    expect(server.transports.connectionCount).toBe(0);
    expect(await send('x')).toBe(404);
    expect(await poll()).toBe('o\n');
    expect(server.parties).toHaveLength(2);
    expect(server.party.connection.id).not.toBe(first.connection.id);
  });

  it('is not over while polls come, each after a pause', async () => {
    await start({ limits: { disconnectDelayMs: 120, heartbeatMs: 40, sweepMs: 10 } });
    await poll();
    for (let i = 0; i < 6; i += 1) expect(await poll()).toBe('h\n');
    expect(server.party.ends).toEqual([]);
  });

  it('ends when a waiting poll breaks off, and tells the next one', async () => {
    await start();
    await poll();
    const abort = new AbortController();
    const broken = fetch(url('xhr'), { method: 'POST', signal: abort.signal }).catch(() => 'aborted');
    await until(() => expect(server.requests).toBe(2));
    abort.abort();
    expect(await broken).toBe('aborted');
    await until(() => expect(server.party.ends).toEqual([{ code: 1006, reason: '' }]));
    expect(await poll()).toBe('c[1002,"Connection interrupted"]\n');
    expect(await poll()).toBe('c[3000,"Go away!"]\n');
  });
});

describe.each(STREAMS)('%s', (path, transport, prelude, before, after, contentType) => {
  const frames = (text: string): string[] => text.slice(prelude.length).split(after).slice(0, -1);

  it('opens with its prelude and stays open (fact 90)', async () => {
    await start();
    const { response, text } = await stream(path);
    expect([response.statusCode, response.headers['content-type'], text]).toEqual([200, contentType, '']);
    expect(response.headers['cache-control']).toBe('no-store, no-cache, must-revalidate, max-age=0');
    const received = new Stream(response);
    await until(() => expect(server.parties).toHaveLength(1));
    expect(server.party.connection.transport).toBe(transport);
    await send('a', 'b');
    await send('c%41é\n');
    await until(() => expect(received.text.match(/a\[/g)).toHaveLength(2));
    const percent = transport === 'eventsource' ? '\\u0025' : '%';
    const whole = `${prelude}${before}o${after}${before}a["ab"]${after}${before}a["c${percent}41é\\n"]${after}`;
    expect(received.text).toBe(whole);
    expect(received.ended).toBe(false);
  });

  it('sends h when idle', async () => {
    await start({ limits: { heartbeatMs: 40, sweepMs: 10 } });
    const received = await stream(path);
    await until(() => expect(frames(received.text)).toEqual([`${before}o`, `${before}h`, `${before}h`]));
  });

  it('answers a second receiver with 2010 and keeps the first', async () => {
    await start();
    const first = await stream(path);
    const second = await stream(path);
    await until(() => expect(second.ended).toBe(true));
    expect(second.text).toBe(`${prelude}${before}c[2010,"Another connection still open"]${after}`);
    await send('x');
    await until(() => expect(frames(first.text).at(-1)).toBe(`${before}a["x"]`));
  });

  it('ends the response at the limit and goes on in the next, losing nothing', async () => {
    await start({ limits: { responseBytes: 4_096 } });
    const received: string[] = [];
    let response = await stream(path);
    const sent = Array.from({ length: 50 }, (_, i) => `${i}`.padEnd(300, '.'));
    await until(() => expect(server.parties).toHaveLength(1));
    for (const text of sent) server.party.connection.send(Buffer.from(text));
    let responses = 1;
    for (; ; responses += 1) {
      await until(() => expect(response.ended || received.length + count(response.text) >= 50).toBe(true));
      for (const frame of frames(response.text).filter((f) => f.startsWith(`${before}a`)))
        received.push(...(JSON.parse(frame.slice(before.length + 1)) as string[]));
      if (received.length >= 50) break;
      response = await stream(path);
    }
    expect(received).toEqual(sent);
    expect(responses).toBeGreaterThan(1);
  });

  const count = (text: string): number => (text.match(/"\d+\.+"/g) ?? []).length;

  it('ends the response at its age, and the session when nobody comes back', async () => {
    await start({ limits: { responseAgeMs: 60, disconnectDelayMs: 60, sweepMs: 10 } });
    const received = await stream(path);
    await until(() => expect(received.ended).toBe(true));
    expect(server.party.ends).toEqual([]);
    await until(() => expect(server.party.ends).toEqual([{ code: 1006, reason: '' }]));
  });

  it('ends with the session when it breaks off', async () => {
    await start();
    const received = await stream(path);
    await until(() => expect(server.parties).toHaveLength(1));
    received.response.destroy();
    await until(() => expect(server.party.ends).toEqual([{ code: 1006, reason: '' }]));
    const next = await stream(path);
    await until(() => expect(next.ended).toBe(true));
    expect(next.text).toBe(`${prelude}${before}c[1002,"Connection interrupted"]${after}`);
    expect(server.transports.connectionCount).toBe(0);
  });

  it('shows what a slow reader leaves behind, and drops one that was closed and takes nothing', async () => {
    await start({ limits: { responseBytes: 50_000_000, closeTimeoutMs: 50, sweepMs: 10 } });
    const { response } = await stream(path);
    await until(() => expect(server.parties).toHaveLength(1));
    response.pause();
    const { connection } = server.party;
    for (let i = 0; i < 400; i += 1) connection.send(Buffer.alloc(60_000, 'm'));
    await settled();
    expect(connection.bufferedBytes).toBeGreaterThan(5_000_000);
    connection.close(1013, 'too slow');
    await until(() => expect(server.party.ends).toEqual([{ code: 1013, reason: 'too slow' }]));
    expect(connection.bufferedBytes).toBe(0);
    const connections = async (): Promise<number> =>
      new Promise((resolve) => server.http.getConnections((_, n) => resolve(n)));
    await until(async () => expect(await connections()).toBe(0));
  });

  it('flushes and tells the end when closed from above; later ones are sent away', async () => {
    await start();
    const received = await stream(path);
    await until(() => expect(server.parties).toHaveLength(1));
    server.party.connection.send(Buffer.from('ERROR'));
    server.party.connection.close(1002, '');
    server.party.connection.send(Buffer.from('too late'));
    await until(() => expect(received.ended).toBe(true));
    expect(frames(received.text)).toEqual([`${before}o`, `${before}a["ERROR"]`, `${before}c[1002,""]`]);
    expect(server.party.ends).toEqual([{ code: 1002, reason: '' }]);
    const late = await stream(path);
    await until(() => expect(late.ended).toBe(true));
    expect(late.text).toBe(`${prelude}${before}c[3000,"Go away!"]${after}`);
    expect(await send('x')).toBe(404);
  });
});

describe('end of a polling session from above', () => {
  it('waits for the polls that fetch what is queued and the end', async () => {
    await start();
    await poll();
    server.party.connection.send(Buffer.from('ERROR'));
    server.party.connection.close(1002, 'why');
    expect(await send('x')).toBe(404);
    expect(server.party.ends).toEqual([]);
    expect(await poll()).toBe('a["ERROR"]\n');
    expect(await poll()).toBe('c[1002,"why"]\n');
    expect(server.party.ends).toEqual([{ code: 1002, reason: 'why' }]);
    expect(await poll()).toBe('c[3000,"Go away!"]\n');
  });

  it('waits no longer than the limit', async () => {
    await start({ limits: { closeTimeoutMs: 40, sweepMs: 10 } });
    await poll();
    server.party.connection.close(1001, '');
    await until(() => expect(server.party.ends).toEqual([{ code: 1001, reason: '' }]));
    expect(await poll()).toBe('o\n');
  });

  it('counts that limit from the close, not from the last poll', async () => {
    await start({ limits: { closeTimeoutMs: 500, disconnectDelayMs: 500, sweepMs: 10 } });
    const after = async (ms: number): Promise<void> => {
      const started = Date.now();
      await until(() => expect(Date.now() - started).toBeGreaterThanOrEqual(ms));
    };
    await poll();
    await after(350);
    server.party.connection.close(1001, '');
    await after(350);
    expect(await poll()).toBe('c[1001,""]\n');
  });

  it('forgets a session that is over after the disconnect delay', async () => {
    await start({ limits: { disconnectDelayMs: 60, sweepMs: 10 } });
    await poll();
    const waiting = poll();
    await settled();
    server.party.connection.close(1000, '');
    expect(await waiting).toBe('c[1000,""]\n');
    await until(async () => expect(await poll()).toBe('o\n'));
  });
});

describe('who may use a session', () => {
  it('must use the transport it began with; xhr_send serves all of HTTP', async () => {
    await start();
    await poll();
    for (const [method, transport] of [
      ['POST', 'xhr_streaming'],
      ['GET', 'eventsource'],
    ] as const)
      expect((await ask(method, url(transport))).status).toBe(404);
    expect(await send('x')).toBe(204);
    expect(server.parties).toHaveLength(1);
  });

  it('must come from the same origin, when it has one', async () => {
    await start();
    const as = async (origin: string | undefined, transport: string, body?: string): Promise<number> =>
      (await ask('POST', url(transport), { headers: origin ? { origin } : {}, body })).status;
    expect(await as(undefined, 'xhr')).toBe(200);
    expect(await as('http://a.test', 'xhr_send', '["x"]')).toBe(204);
    expect(await as('http://b.test', 'xhr_send', '["x"]')).toBe(404);
    expect(await as('http://b.test', 'xhr')).toBe(404);
    expect(await as(undefined, 'xhr_send', '["x"]')).toBe(204);
    expect(server.party.text).toBe('xx');
    expect(server.parties).toHaveLength(1);
  });

  it('may use any server segment (fact 88)', async () => {
    await start();
    await ask('POST', `${server.url}/ws/000/abc/xhr`);
    expect((await ask('POST', `${server.url}/ws/999/abc/xhr_send`, { body: '["x"]' })).status).toBe(204);
    expect(server.party.text).toBe('x');
  });
});
