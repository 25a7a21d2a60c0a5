import type { AddressInfo } from 'node:net';
import { ErrorBodySchema } from '@app/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RawClient, parseAnswer } from '../test/raw-client.js';
import { ThingsController, createTinyApp, type TinyApp } from '../test/tiny-app.js';

let tiny: TinyApp;
const clients: RawClient[] = [];

async function start(env: Record<string, string>): Promise<TinyApp> {
  const started = await createTinyApp(env);
  await started.app.listen(0, '127.0.0.1');
  return started;
}

async function open(to: TinyApp = tiny): Promise<RawClient> {
  const client = await RawClient.open((to.app.getHttpServer().address() as AddressInfo).port);
  clients.push(client);
  return client;
}

beforeAll(async () => {
  tiny = await start({ RATE_LIMITS: 'off' });
});
afterEach(() => clients.splice(0).forEach((client) => client.destroy()));
afterAll(() => tiny.app.close());

/** The answer to one request, after which the connection is closed by the server. */
async function ask(head: string, body: string | Buffer = '', lines: readonly string[] = []) {
  const token = `authorization: Bearer ${tiny.token}`;
  const client = await open();
  client.write(`${[head, 'host: x', 'connection: close', token, ...lines].join('\r\n')}\r\n\r\n`).write(body);
  return parseAnswer(await client.closed());
}

describe('a path trick, as bytes', () => {
  it.each([
    '/api/x/../things/7',
    '/api/things/7/..',
    '/api/./things/7',
    '/api/%2e%2e/things/7',
    '/api%2fthings/7',
    '/api/things/7;x=1',
    '//api/things/7',
    '/api/things//7',
    '/api/things/7%00',
    '/api\\things\\7',
    '/\\',
    '/%61pi/things/7',
    '/api/things/%zz',
    '/api/things/%',
    'http://127.0.0.1/api/things/7',
    '*api/things/7',
  ])('%s is 400 and reaches nothing', async (path) => {
    const { status, headers, body } = await ask(`GET ${path} HTTP/1.1`);
    expect(status).toBe(400);
    expect(headers).toMatchObject({ 'x-instance-id': 'tiny-1', 'x-content-type-options': 'nosniff' });
    expect(ErrorBodySchema.parse(JSON.parse(body)).requestId).toBe(headers['x-request-id']);
  });

  it('leaves plain paths alone', async () => {
    expect((await ask('GET /api/things/7?x=../%2e;// HTTP/1.1')).body).toContain('"id":7');
  });
});

describe('what is no HTTP', () => {
  it.each<[string, number, string]>([
    ['nonsense', 400, 'hello there\r\n\r\n'],
    ['TLS', 400, '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n'],
    ['a NUL in the path', 400, 'GET /api/\u0000 HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a header without a name', 400, 'GET / HTTP/1.1\r\nhost: x\r\n: y\r\n\r\n'],
    ['a folded header', 400, 'GET / HTTP/1.1\r\nhost: x\r\na: b\r\n c: d\r\n\r\n'],
    ['a content-length that is a word', 400, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ten\r\n\r\n'],
    ['a negative content-length', 400, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n'],
    ['two content-lengths', 400, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    [
      'a content-length beside chunks (smuggling)',
      400,
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['an unknown transfer-encoding', 400, 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: cow\r\n\r\n'],
    ['no host', 400, 'GET / HTTP/1.1\r\n\r\n'],
    ['a head of 20 KiB', 431, `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['ten thousand headers', 431, `GET / HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(10_000)}\r\n`],
  ])('%s is %i, and the connection ends', async (_case, status, text) => {
    const answer = parseAnswer(await (await open()).write(Buffer.from(text, 'latin1')).closed());
    expect(answer.status).toBe(status);
  });

  it('is answered in the one form, with the headers of every answer', async () => {
    const { headers, body } = parseAnswer(await (await open()).write('hello there\r\n\r\n').closed());
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-instance-id': 'tiny-1',
      'x-content-type-options': 'nosniff',
      'content-length': String(body.length),
      connection: 'close',
    });
    expect(ErrorBodySchema.strict().parse(JSON.parse(body))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(JSON.parse(body)).toMatchObject({ requestId: headers['x-request-id'] });
  });

  it('behind a good request does not spoil its answer', async () => {
    const client = await open();
    client.write(`GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n`);
    await client.until('"status":"up"');
    client.write('nonsense\r\n\r\n');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 400 /);
  });

  it('CONNECT is not served', async () => {
    const text = await (await open()).write('CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example\r\n\r\n').closed();
    expect(text).not.toContain('200');
  });
});

describe('odd but allowed HTTP', () => {
  it.each<[string, string, readonly string[]]>([
    ['HTTP/1.0', 'GET /api/things/7 HTTP/1.0', []],
    ['an unknown expectation', 'GET /api/things/7 HTTP/1.1', ['expect: a miracle']],
    [
      'an upgrade that is not offered here',
      'GET /api/things/7 HTTP/1.1',
      ['upgrade: websocket', 'sec-websocket-key: x'],
    ],
  ])('%s is served', async (_case, head, lines) => {
    const { status, body, headers } = await ask(head, '', lines);
    expect([status, body, headers['x-instance-id']]).toEqual([200, '{"id":7}', 'tiny-1']);
  });

  it('100-continue gets its 100', async () => {
    const client = await open();
    const lines = ['PUT /api/things/7 HTTP/1.1', 'host: x', 'connection: close', 'content-type: application/json'];
    const more = ['expect: 100-continue', 'content-length: 12', `authorization: Bearer ${tiny.token}`];
    client.write(`${[...lines, ...more].join('\r\n')}\r\n\r\n`);
    await client.until('100 Continue\r\n\r\n');
    client.write('{"note":"x"}');
    expect(await client.closed()).toMatch(/HTTP\/1\.1 200 [\s\S]*\{"note":"x"\}/);
  });

  it('an Authorization header that stands twice is no token', async () => {
    const { status } = await ask('GET /api/things/7 HTTP/1.1', '', [`Authorization: Bearer ${tiny.token}`]);
    expect(status).toBe(401);
  });
});

describe('a body, as bytes', () => {
  const type = 'content-type: application/json';

  it('in chunks beyond 64 KiB is 413 before its end', async () => {
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const { status } = await ask('PUT /api/things/7 HTTP/1.1', chunk.repeat(3), [type, 'transfer-encoding: chunked']);
    expect(status).toBe(413);
  });

  it('announced beyond 64 KiB is 413 before it comes', async () => {
    const { status } = await ask('PUT /api/things/7 HTTP/1.1', '', [type, 'content-length: 104857600']);
    expect(status).toBe(413);
  });

  it('of someone without a token is not read', async () => {
    const client = await open();
    client.write(`PUT /api/things/7 HTTP/1.1\r\nhost: x\r\n${type}\r\ncontent-length: 60000\r\n\r\n{`);
    expect(parseAnswer(await client.until('UNAUTHENTICATED')).status).toBe(401);
  });

  it('that is no UTF-8 is 400', async () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    expect((await ask('PUT /api/things/7 HTTP/1.1', body, [type, `content-length: ${body.length}`])).status).toBe(400);
  });
});

describe('slow clients', () => {
  const quick = { HTTP_HEADERS_TIMEOUT_MS: '200', HTTP_REQUEST_TIMEOUT_MS: '400', RATE_LIMITS: 'off' };
  let impatient: TinyApp;
  beforeAll(async () => {
    impatient = await start(quick);
  });
  afterAll(() => impatient.app.close());

  it('lose the connection with 408: a head that does not end, a body that does not come, and silence', async () => {
    const token = `authorization: Bearer ${impatient.token}`;
    const head = (await open(impatient)).write('GET /api/things/7 HTTP/1.1\r\nhost: x\r\n');
    const body = (await open(impatient)).write(
      `PUT /api/things/7 HTTP/1.1\r\nhost: x\r\n${token}\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{`,
    );
    const silent = await open(impatient);
    const answers = await Promise.all([head.closed(), body.closed(), silent.closed()]);
    expect(answers.map((text) => parseAnswer(text).status)).toEqual([408, 408, 408]);
    expect(parseAnswer(answers[0]).headers).toMatchObject({ 'x-instance-id': 'tiny-1' });
  });

  it('keep a connection that is idle between two requests', async () => {
    const request = 'GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n';
    const idle = (await open(impatient)).write(request);
    await idle.until('"up"}');
    const slow = (await open(impatient)).write('GET /');
    await slow.closed();
    idle.received = '';
    idle.write(request);
    expect(parseAnswer(await idle.until('"up"}')).status).toBe(200);
  });
});

describe('a shutdown', () => {
  it('is unready at once, lets requests in flight end, and closes idle connections', async () => {
    const own = await start({ RATE_LIMITS: 'off' });
    const things = own.app.get(ThingsController);
    let release = (): void => undefined;
    things.gate = new Promise((resolve) => (release = resolve));
    const idle = (await open(own)).write('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n');
    await idle.until('"up"}');
    const busy = await open(own);
    busy.write(`GET /api/things/slow HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${own.token}\r\n\r\n`);
    await vi.waitFor(() => expect(things.calls).toBe(1));
    const closed = own.app.close();
    await vi.waitFor(async () => expect((await own.health.readiness()).failed).toEqual(['draining']));
    expect(busy.isClosed).toBe(false);
    release();
    expect(await busy.closed()).toContain('at last');
    await Promise.all([closed, idle.closed()]);
  });

  it('does not wait longer than it may for one that does not end', async () => {
    const own = await start({ RATE_LIMITS: 'off', SHUTDOWN_DRAIN_MS: '50' });
    own.app.get(ThingsController).gate = new Promise(() => undefined);
    const busy = await open(own);
    busy.write(`GET /api/things/slow HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${own.token}\r\n\r\n`);
    await vi.waitFor(() => expect(own.app.get(ThingsController).calls).toBe(1));
    await own.app.close();
    expect(await busy.closed()).toBe('');
  });
});
