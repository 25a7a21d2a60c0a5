import { SERVICES, type Role } from '@app/contracts';
import { describe, expect, it, vi } from 'vitest';
import { Gateway, ORIGIN } from './gateway-harness.js';

describe('the token', () => {
  const status = async (gateway: Gateway, method: string, path: string, token: string | null) =>
    (await gateway.fetch(path, { method }, token)).status;

  it.each([
    ['GET', '/api/chat/conversations'],
    ['POST', '/api/chat/messages'],
    ['GET', '/api/auth/login'],
    ['POST', '/api/auth/login/'],
    ['POST', '/api/users/api/auth/login'],
    ['GET', '/metrics'],
    ['GET', '/unknown'],
  ])('is needed for %s %s', async (method, path) => {
    const { gateway, auth, chat } = await Gateway.withServices();
    const response = await gateway.fetch(path, { method, headers: { origin: ORIGIN } }, null);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(await response.json()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', path });
    expect(await status(gateway, method, path, 'a.b.c')).toBe(401);
    expect([...auth.seen, ...chat.seen]).toEqual([]);
  });

  it.each([
    ['POST', '/api/auth/login', 200],
    ['POST', '/api/auth/register', 200],
    ['GET', '/ws/info', 200],
    ['GET', '/health/live', 200],
    ['GET', '/health/ready', 200],
    ['GET', '/docs', 200],
    ['GET', '/docs/json', 200],
    ['GET', '/', 302],
    ['OPTIONS', '/api/chat/messages', 200],
  ])('is not needed for %s %s', async (method, path, expected) => {
    const { gateway } = await Gateway.withServices();
    expect(await status(gateway, method, path, null)).toBe(expected);
  });

  it('of another role than USER is 403 on every protected path', async () => {
    const { gateway, chat } = await Gateway.withServices();
    const admin = gateway.token('ADMIN' satisfies Role);
    const response = await gateway.fetch('/api/groups', {}, admin);
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'ROLE_NOT_ALLOWED' }]);
    expect(await status(gateway, 'GET', '/unknown', admin)).toBe(403);
    expect(await status(gateway, 'GET', '/ws/info', admin)).toBe(200);
    expect(chat.seen.map(({ url }) => url)).toEqual(['/ws/info']);
  });

  it('leaves what is nowhere 404, and figures to the inside', async () => {
    const gateway = await Gateway.start();
    for (const path of ['/unknown', '/metrics', '/api', '/favicon.ico'])
      expect([path, await status(gateway, 'GET', path, gateway.token())]).toEqual([path, 404]);
  });
});

describe('a path that hops could read in different ways', () => {
  it.each([
    '/api/auth/../chat/conversations',
    '/api/chat/%2e%2e/auth/login',
    '/api/chat/./x',
    '/api//chat',
    '//api/chat',
    '/api/chat;x=1/y',
    '/api/chat%2fmessages',
    '/api/chat%5cmessages',
    '/api/chat/%00',
    '/api\\chat',
    '/ws/%2e%2e/api/auth/login',
    '/api/auth/%6cogin',
    'http://a/api/auth/login',
    '*',
  ])('is 400, with a token or without: %s', async (path) => {
    const { gateway, auth, chat } = await Gateway.withServices();
    for (const authorization of [`Authorization: Bearer ${gateway.token()}\r\n`, '']) {
      const answer = await gateway.raw(`GET ${path} HTTP/1.1\r\nHost: a\r\n${authorization}Connection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*"code":"BAD_REQUEST"/);
    }
    expect([...auth.seen, ...chat.seen]).toEqual([]);
  });

  it('may carry anything in its query', async () => {
    const { gateway, chat } = await Gateway.withServices();
    await gateway.fetch('/api/chat/users/search?q=..%2f;//&q=%00');
    expect(chat.seen[0]?.url).toBe('/api/chat/users/search?q=..%2f;//&q=%00');
  });
});

describe('HTTP that two parsers could read in different ways', () => {
  it.each([
    ['both lengths', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['an odd transfer encoding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a header folded over two lines', 'X-A: b\r\n c: d\r\n\r\n'],
    ['a space before the colon', 'Content-Length : 5\r\n\r\nhello'],
    ['a bare CR', 'X-A: b\rX-B: c\r\n\r\n'],
  ])('is 400: %s', async (_what, rest) => {
    const { gateway, auth } = await Gateway.withServices();
    const answer = await gateway.raw(`POST /api/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(auth.seen).toEqual([]);
  });

  it('TRACE is off', async () => {
    const { gateway, chat } = await Gateway.withServices();
    const answer = await gateway.raw('TRACE /ws HTTP/1.1\r\nHost: a\r\nCookie: secret\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 405 [^]*allow: GET/i);
    expect(answer).not.toContain('secret');
    expect(chat.seen).toEqual([]);
  });
});

describe('readiness', () => {
  it('comes once an auth and a chat have been seen, and stays when they leave', async () => {
    const gateway = await Gateway.start();
    const ready = async () => {
      const response = await gateway.fetch('/health/ready', {}, null);
      const { degraded } = (await response.json()) as { degraded?: string[] };
      return [response.status, degraded];
    };
    expect(await ready()).toEqual([503, undefined]);
    const host = '127.0.0.1';
    const auth = await gateway.registry.register({ id: 'a', service: SERVICES.auth, host, port: 1 });
    await vi.waitFor(async () => expect(await ready()).toEqual([503, undefined]));
    const chat = await gateway.registry.register({ id: 'c', service: SERVICES.chat, host, port: 1 });
    await vi.waitFor(async () => expect(await ready()).toEqual([200, []]));
    await chat.deregister();
    await auth.deregister();
    await vi.waitFor(async () => expect(await ready()).toEqual([200, ['auth-service', 'chat-service']]));
  });
});

describe('the documents', () => {
  const served = (path: string) => ({
    openapi: '3.1.0',
    info: { title: 'service', version: '1' },
    paths: { [path]: { get: { responses: {} } } },
    components: { schemas: { Shared: { type: 'object' } } },
  });
  const paths = async (gateway: Gateway) =>
    Object.keys(((await (await gateway.fetch('/docs/json', {}, null)).json()) as { paths: object }).paths);

  it('are those of both services in one, as far as they are there', async () => {
    const { gateway, auth, chat, registrations } = await Gateway.withServices();
    auth.answer = (_request, response) => void response.end(JSON.stringify(served('/api/auth/profile')));
    chat.answer = (_request, response) => void response.writeHead(503).end('not yet');
    expect(await paths(gateway)).toEqual(['/api/auth/profile']);
    chat.answer = (_request, response) => void response.end(JSON.stringify(served('/api/groups')));
    expect(await paths(gateway)).toEqual(['/api/auth/profile', '/api/groups']);
    await registrations[0]!.deregister();
    expect(await paths(gateway)).toEqual(['/api/auth/profile', '/api/groups']);
    expect(auth.seen.map(({ url }) => url)).toEqual(['/docs/json']);
  });

  it('are what the root shows', async () => {
    const gateway = await Gateway.start();
    expect((await gateway.fetch('/', {}, null)).headers.get('location')).toBe('/docs');
    const page = await gateway.fetch('/docs', {}, null);
    expect(page.headers.get('content-type')).toContain('text/html');
  });
});
