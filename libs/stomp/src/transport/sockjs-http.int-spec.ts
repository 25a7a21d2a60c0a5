import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EchoServer } from './echo-server.fixture.js';
import { until } from './until.fixture.js';
import { RawSocket, ask, open } from './wire.fixture.js';

const SPA = 'http://localhost:5173';
const NO_CACHE = 'no-store, no-cache, must-revalidate, max-age=0';
const ROUTES = [
  ['GET', '/ws'],
  ['GET', '/ws/info'],
  ['POST', '/ws/1/abc/xhr'],
  ['POST', '/ws/1/abc/xhr_streaming'],
  ['POST', '/ws/1/abc/xhr_send'],
  ['GET', '/ws/1/abc/eventsource'],
] as const;

let server: EchoServer;

beforeEach(async () => {
  server = await EchoServer.start({
    allowedOrigins: [SPA],
    responseHeaders: { 'x-instance-id': 'chat-1' },
    newId: () => 'made-up',
    entropy: () => 4_294_967_295,
    now: () => Date.UTC(2026, 0, 1),
  });
});

afterEach(async () => server.close());

describe('SockJS over HTTP', () => {
  it.each(['/ws', '/ws/'])('greets at %s (fact 2)', async (path) => {
    const { status, headers, body } = await ask('GET', server.url + path);
    expect([status, headers['content-type'], body]).toEqual([200, 'text/plain;charset=UTF-8', 'Welcome to SockJS!\n']);
    expect(headers['content-length']).toBe('19');
    expect((await ask('HEAD', server.url + path)).status).toBe(200);
  });

  it('tells about itself (fact 86)', async () => {
    const { status, headers, body } = await ask('GET', `${server.url}/ws/info?t=1`);
    expect(body).toBe('{"entropy":4294967295,"origins":["*:*"],"cookie_needed":false,"websocket":true}');
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'application/json;charset=UTF-8',
      NO_CACHE,
    ]);
    expect(headers).not.toHaveProperty('set-cookie');
  });

  it.each([
    ['POST', '/ws/info', 405, 'GET,OPTIONS'],
    ['GET', '/ws/1/abc/xhr', 405, 'POST,OPTIONS'],
    ['GET', '/ws/1/abc/xhr_streaming', 405, 'POST,OPTIONS'],
    ['PUT', '/ws/1/abc/xhr_send', 405, 'POST,OPTIONS'],
    ['POST', '/ws/1/abc/eventsource', 405, 'GET'],
    ['GET', '/ws/iframe.html', 404, undefined],
    ['GET', '/ws/1/abc/jsonp?c=x', 404, undefined],
    ['POST', '/ws/1/abc/jsonp_send', 404, undefined],
    ['GET', '/ws/1/abc/htmlfile?c=x', 404, undefined],
    ['POST', '/ws/1/a.b/xhr', 404, undefined],
    ['POST', '/ws/1.1/ab/xhr', 404, undefined],
    ['POST', '/ws//ab/xhr', 404, undefined],
    ['POST', '/ws/1/ab/xhr/', 404, undefined],
    ['POST', '/ws/1/ab/unknown', 404, undefined],
    ['POST', '/ws/1/ab/xhr;a=b', 404, undefined],
    ['OPTIONS', '/ws/1/a.b/xhr', 404, undefined],
    ['POST', '/ws/1/never/xhr_send', 404, undefined],
  ])('%s %s is %d (facts 87, 88, 94)', async (method, path, status, allow) => {
    const answer = await ask(method, server.url + path, { body: method === 'POST' ? '["x"]' : undefined });
    expect([answer.status, answer.headers.allow]).toEqual([status, allow]);
    expect(server.parties).toEqual([]);
  });

  it.each(ROUTES)('%s %s refuses other origins with 403 and no effect (fact 7)', async (method, path) => {
    for (const origin of ['http://evil.test', 'null', `${SPA}.evil.test`]) {
      const { status, headers, body } = await ask(method, server.url + path, { headers: { origin } });
      expect([status, body]).toEqual([403, 'Invalid CORS request']);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers.vary).toBe('Origin');
    }
    expect(server.parties).toEqual([]);
  });

  it.each(ROUTES)('%s %s carries CORS once, and the configured headers (fact 87)', async (method, path) => {
    for (const origin of [SPA, server.url]) {
      const own = path.replace('abc', `of-${origin.length}`);
      const raw = await open(method, server.url + own, { headers: { origin, 'x-request-id': 'mine-1' } });
      raw.destroy();
      const times = (name: string): number => raw.rawHeaders.filter((header) => header.toLowerCase() === name).length;
      expect(raw.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
        'x-instance-id': 'chat-1',
        'x-request-id': 'mine-1',
      });
      expect([times('access-control-allow-origin'), times('access-control-allow-credentials')]).toEqual([1, 1]);
    }
    const without = await open(method, server.url + path);
    without.destroy();
    expect(without.headers).not.toHaveProperty('access-control-allow-origin');
    expect(without.headers['x-request-id']).toBe('made-up');
  });

  it('answers preflights with what they ask for', async () => {
    const headers = {
      origin: SPA,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-a, x-b',
    };
    for (const path of ['/ws/info', '/ws/1/abc/xhr_send', '/ws/1/abc/eventsource']) {
      const answer = await ask('OPTIONS', server.url + path, { headers });
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': SPA,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'x-a, x-b',
        'access-control-max-age': '31536000',
      });
    }
    const evil = await ask('OPTIONS', `${server.url}/ws/info`, { headers: { ...headers, origin: 'http://evil.test' } });
    expect(evil.status).toBe(403);
  });

  it('answers other OPTIONS with 204 for a year', async () => {
    const { status, headers } = await ask('OPTIONS', `${server.url}/ws/1/abc/xhr`);
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000',
      expires: 'Fri, 01 Jan 2027 00:00:00 GMT',
    });
  });
});

describe('xhr_send', () => {
  const url = (path: string): string => `${server.url}/ws/1/abc/${path}`;
  const send = async (body: string | Buffer, headers: Record<string, string> = {}): ReturnType<typeof ask> =>
    ask('POST', url('xhr_send'), { body, headers });

  beforeEach(async () => {
    await ask('POST', url('xhr'));
  });

  it('takes any content type and answers 204 (fact 93)', async () => {
    for (const type of ['application/xml', 'text/plain', 'application/x-www-form-urlencoded', 'T', '']) {
      const { status, headers } = await send('["a","é"]', type ? { 'content-type': type } : {});
      expect([status, headers['content-type'], headers['cache-control']]).toEqual([
        204,
        'text/plain;charset=UTF-8',
        NO_CACHE,
      ]);
    }
    expect(server.party.text).toBe('aé'.repeat(5));
  });

  it.each([
    ['', 'Payload expected.'],
    ['["a"', 'Broken JSON encoding.'],
    ['"a"', 'Broken JSON encoding.'],
    ['{}', 'Broken JSON encoding.'],
    [Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), 'Broken JSON encoding.'],
  ])('answers %j with 500 and keeps the session (fact 93)', async (body, text) => {
    const answer = await send(body);
    expect([answer.status, answer.body]).toEqual([500, text]);
    expect((await send('["still here"]')).status).toBe(204);
    expect(server.party.text).toBe('still here');
  });

  it('joins a character that was split over two requests', async () => {
    await send('["\\ud83d"]');
    await send('["\\ude00"]');
    expect(server.party.text).toBe('😀');
  });

  it('takes up to the limit, and 413 beyond, announced or not', async () => {
    const most = `["${'x'.repeat(128 * 1024 - 4)}"]`;
    expect((await send(most)).status).toBe(204);
    expect(server.party.text).toHaveLength(128 * 1024 - 4);
    expect((await send(`${most} `)).status).toBe(413);
    expect((await send(`${most} `, { 'transfer-encoding': 'chunked' })).status).toBe(413);
    expect((await send('["after"]')).status).toBe(204);
    expect(server.party.chunks).toHaveLength(2);
  });

  it('does not read a huge body to its end', async () => {
    for (const length of ['Content-Length: 1000000000', 'Transfer-Encoding: chunked']) {
      const raw = await RawSocket.to(server.port);
      raw.write(`POST /ws/1/abc/xhr_send HTTP/1.1\r\nHost: a\r\n${length}\r\n\r\n`);
      const piece = length.startsWith('T') ? `10000\r\n${'y'.repeat(65_536)}\r\n` : 'y'.repeat(65_536);
      for (let i = 0; i < 20; i += 1) raw.write(piece);
      await until(() => expect(raw.closed).toBe(true));
      // The answer may be lost with the connection while the client still sends.
      expect(raw.text).toMatch(/^$|^HTTP\/1\.1 413 [^]*\r\nConnection: close\r\n/);
    }
    expect(server.party.chunks).toEqual([]);
  });

  it('honours Expect: 100-continue and keeps the connection', async () => {
    const raw = await RawSocket.to(server.port);
    for (let i = 1; i <= 2; i += 1) {
      raw.write('POST /ws/1/abc/xhr_send HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n');
      await until(() => expect(raw.text.split('HTTP/1.1 100 Continue')).toHaveLength(i + 1));
      raw.write('["x"]');
      await until(() => expect(raw.text.split('HTTP/1.1 204 ')).toHaveLength(i + 1));
    }
    expect(server.party.text).toBe('xx');
    raw.socket.destroy();
  });

  it('waits with its answer while the session above is paused, and bounds how many wait', async () => {
    const { connection } = server.party;
    connection.pause();
    const answers: number[] = [];
    const asked = Array.from({ length: 10 }, async (_, i) => {
      answers.push((await send(`["${i}"]`)).status);
    });
    await until(() => expect(answers).toEqual([503, 503]));
    expect(server.party.chunks).toEqual([]);
    connection.resume();
    await Promise.all(asked);
    expect(answers.filter((status) => status === 204)).toHaveLength(8);
    expect(server.party.text).toHaveLength(8);
    expect((await send('["free again"]')).status).toBe(204);
  });

  it('lets go of waiting requests when the session ends', async () => {
    const { connection } = server.party;
    connection.pause();
    const waiting = send('["x"]');
    const poll = ask('POST', url('xhr'));
    await until(() => expect(server.requests).toBe(3));
    connection.close(1000, 'enough');
    expect((await poll).body).toBe('c[1000,"enough"]\n');
    expect([204, 404]).toContain((await waiting).status);
    expect((await send('["late"]')).status).toBe(404);
    expect(server.party.chunks).toEqual([]);
  });

  it('forgets a client that goes away in the middle of a body', async () => {
    for (let i = 0; i < 10; i += 1) {
      const raw = await RawSocket.to(server.port);
      raw.write('POST /ws/1/abc/xhr_send HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n["');
      raw.socket.destroy();
    }
    await until(async () => expect((await send('["x"]')).status).toBe(204));
    expect(server.party.text).toBe('x');
  });
});
