import { ErrorBodySchema } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendTo, type Sent } from '../test/sender.js';
import { ORIGIN, createTinyApp, type TinyApp } from '../test/tiny-app.js';

let tiny: TinyApp;
beforeAll(async () => {
  tiny = await createTinyApp({ RATE_LIMITS: 'off' });
  await tiny.app.init();
});
afterAll(() => tiny.app.close());
const send = (method: string, url: string, sent: Sent = {}) => sendTo(tiny, method, url, sent);

describe('every answer', () => {
  it.each([
    ['of a route', 'GET', '/api/things/7'],
    ['of nothing', 'POST', '/api/things/7'],
    ['without a token', 'GET', '/api/things/7', null],
    ['of a public route', 'POST', '/api/auth/login', null],
    ['to an unknown path', 'GET', '/api/nowhere'],
    ['to a wrong method', 'PATCH', '/api/things/7'],
    ['to a path trick', 'GET', '/api//things/7'],
    ['to an unreadable URL', 'GET', '/api/%zz'],
    ['to too long a parameter', 'GET', `/api/things/${'7'.repeat(300)}`],
    ['that failed', 'GET', '/api/things/fail/x'],
    ['of a probe', 'GET', '/health/live', null],
    ['of the document', 'GET', '/docs/json', null],
    ['of a page of the document', 'GET', '/docs/swagger-ui.css', null],
    ['to HEAD', 'HEAD', '/api/things/7'],
    ['to a preflight', 'OPTIONS', '/api/things/7', null],
  ])('%s has its ids and its headers, once', async (_case, method, url, token?: string | null) => {
    const preflight: Record<string, string> = method === 'OPTIONS' ? { 'access-control-request-method': 'GET' } : {};
    const given = { origin: ORIGIN, 'x-request-id': 'req-1', ...preflight };
    const { headers } = await send(method, url, { headers: given, ...(token === null ? { token } : {}) });
    expect(headers).toMatchObject({
      'x-instance-id': 'tiny-1',
      'x-request-id': 'req-1',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
  });

  it('makes an id of its own where the given one is no good', async () => {
    for (const given of ['', 'a b', 'x'.repeat(65), 'a\u00e4', '<script>']) {
      const { headers } = await send('GET', '/api/things/7', { headers: { 'x-request-id': given } });
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('serves an origin that is not listed without letting a browser read it', async () => {
    const { status, headers } = await send('GET', '/api/things/7', { headers: { origin: 'http://evil.example' } });
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers.vary).toBe('Origin');
  });
});

describe('an error', () => {
  it('has the one form', async () => {
    const { json, headers } = await send('GET', '/api/things/404?q=private', { headers: { 'x-request-id': 'req-1' } });
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(ErrorBodySchema.strict().parse(json)).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      status: 404,
      error: 'Not Found',
      message: 'There is no such thing',
      path: '/api/things/404',
      code: 'NOT_FOUND',
      requestId: 'req-1',
    });
  });

  it('of ours shows nothing of its cause, which is logged once with the id', async () => {
    tiny.lines.length = 0;
    const { status, text } = await send('GET', '/api/things/fail/x', { headers: { 'x-request-id': 'req-500' } });
    expect(status).toBe(500);
    expect(text).not.toMatch(/SELECT|srv|secret|stack|at /);
    const lines = tiny.lines.filter((line) => line.includes('req-500'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'error',
      err: { message: expect.stringContaining('SELECT') },
    });
  });

  it('of a dependency says when to come back', async () => {
    const { status, headers, code } = await send('GET', '/api/things/503');
    expect([status, headers['retry-after'], code]).toEqual([503, '7', 'UNAVAILABLE']);
  });
});

describe('success', () => {
  it('is 200 for POST too, and nothing is an empty body', async () => {
    const { status, text, headers } = await send('POST', '/api/things/7');
    expect([status, text, headers['content-length']]).toEqual([200, '', '0']);
  });

  it('may be a text', async () => {
    const { text, headers } = await send('GET', '/api/things/hello');
    expect([text, headers['content-type']]).toEqual(['Hello bob', 'text/plain; charset=utf-8']);
  });

  it('knows the caller', async () => {
    const { json } = await send('GET', '/api/things/whoami');
    expect(json).toMatchObject({ id: 7, username: 'bob', role: 'USER' });
  });

  it('answers HEAD as GET, without the body', async () => {
    const { status, text } = await send('HEAD', '/api/things/7');
    expect([status, text]).toEqual([200, '']);
  });
});

describe('an unknown path or method', () => {
  it('is 404, or 405 with what is allowed', async () => {
    expect((await send('GET', '/api/nowhere')).code).toBe('NOT_FOUND');
    const { status, headers } = await send('PATCH', '/api/things/7');
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD, POST, PUT, DELETE, OPTIONS']);
    expect((await send('GET', '/api/auth/login')).headers.allow).toBe('POST, OPTIONS');
    for (const method of ['TRACE', 'PROPFIND', 'SEARCH'])
      expect([method, (await send(method, '/api/things/7')).status]).toEqual([method, 405]);
  });

  it('is matched in its own case only', async () => {
    expect((await send('GET', '/API/things/7')).status).toBe(404);
  });

  it('of OPTIONS says what is allowed where something is', async () => {
    const known = await send('OPTIONS', '/api/things/7', { token: null });
    expect([known.status, known.headers.allow]).toEqual([204, 'GET, HEAD, POST, PUT, DELETE, OPTIONS']);
    expect((await send('OPTIONS', '/api/nowhere', { token: null })).status).toBe(404);
  });
});

describe('a preflight', () => {
  it('is 204 without a token, for any path, with what a listed origin may do', async () => {
    const asked = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' };
    const listed = await send('OPTIONS', '/api/nowhere', { token: null, headers: { origin: ORIGIN, ...asked } });
    expect(listed.status).toBe(204);
    expect(listed.headers).toMatchObject({
      'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
      'access-control-allow-headers': 'authorization',
      'access-control-expose-headers': 'x-request-id, x-instance-id, Retry-After',
    });
    const other = await send('OPTIONS', '/api/things/7', { token: null, headers: { origin: 'null', ...asked } });
    expect([other.status, other.headers['access-control-allow-methods']]).toEqual([204, undefined]);
  });
});
