import { AppError, ErrorBodySchema, type ErrorBody } from '@app/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DoorController, ORIGIN, ThingsController, createTinyApp, type TinyApp } from '../test/tiny-app.js';

let tiny: TinyApp;
beforeAll(async () => {
  tiny = await createTinyApp({ RATE_LIMITS: 'off' });
  await tiny.app.init();
});
afterAll(() => tiny.app.close());

interface Sent {
  readonly headers?: Record<string, string | string[]>;
  readonly body?: unknown;
  readonly type?: string;
  readonly token?: string | null;
}

/** With a valid token unless told otherwise. */
async function send(method: string, url: string, { headers = {}, body, type, token = tiny.token }: Sent = {}) {
  const payload = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const answer = await tiny.app.inject({
    method: method as 'GET',
    url,
    ...(payload === undefined ? {} : { payload: payload as string }),
    headers: {
      ...(payload === undefined && type === undefined ? {} : { 'content-type': type ?? 'application/json' }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });
  const text = answer.body;
  const json = text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as ErrorBody) : null;
  return { status: answer.statusCode, code: json?.code, json, text, headers: answer.headers };
}

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

describe('the order of checks', () => {
  it.each<[string, number, string, string, Sent]>([
    ['a path trick before the token', 400, 'GET', '/api//things/7', { token: null }],
    ['an unreadable URL before the token', 400, 'GET', '/api/%zz', { token: null }],
    ['the token before a wrong id', 401, 'GET', '/api/things/x', { token: null }],
    ['the token before a wrong body', 401, 'PUT', '/api/things/7', { token: null, body: '{' }],
    ['the token before too large a body', 401, 'PUT', '/api/things/7', { token: null, body: 'x'.repeat(70_000) }],
    ['the token before the media type', 401, 'PUT', '/api/things/7', { token: null, body: 'x', type: 'text/plain' }],
    ['the token before an unknown path', 401, 'GET', '/api/nowhere', { token: null }],
    ['the token before an unknown path elsewhere', 401, 'GET', '/nowhere', { token: null }],
    ['the token before a wrong method', 401, 'PATCH', '/api/things/7', { token: null }],
    ['the token before a wrong method of a public path', 401, 'GET', '/api/auth/login', { token: null }],
    ['a wrong body before an unknown thing', 400, 'PUT', '/api/things/404', { body: '{' }],
    ['a wrong value before an unknown thing', 400, 'PUT', '/api/things/404', { body: {} }],
  ])('%s: %i', async (_case, status, method, url, sent) => {
    expect((await send(method, url, sent)).status).toBe(status);
  });
});

describe('a token', () => {
  const tokenOf = (over: object): string =>
    tiny.tokens.issue({ id: 7, username: 'bob', role: 'USER', tokenVersion: 0, ...over });

  it.each<[string, Sent]>([
    ['none', { token: null }],
    ['no token at all', { token: 'x' }],
    ['another scheme', { token: null, headers: { authorization: 'Basic YTpi' } }],
  ])('%s is 401 with a challenge', async (_case, sent) => {
    const { status, headers, code } = await send('GET', '/api/things/7', sent);
    expect([status, code, headers['www-authenticate']]).toEqual([401, 'UNAUTHENTICATED', 'Bearer']);
  });

  it('counts in its header only', async () => {
    const places = [
      send('GET', `/api/things/7?access_token=${tiny.token}&token=${tiny.token}`, { token: null }),
      send('GET', '/api/things/7', {
        token: null,
        headers: { cookie: `token=${tiny.token}`, 'x-auth-token': tiny.token },
      }),
      send('PUT', '/api/things/7', { token: null, body: { note: 'x', access_token: tiny.token } }),
    ];
    expect((await Promise.all(places)).map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it.each([
    ['a changed signature', () => `${tiny.token.slice(0, -2)}xx`],
    ['8 KiB', () => `${tiny.token}${'x'.repeat(8192)}`],
    ['alg none', () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${tiny.token.split('.')[1]}.`],
  ])('with %s is refused, again and again', async (_case, token) => {
    for (let times = 0; times < 2; times += 1)
      expect((await send('GET', '/api/things/7', { token: token() })).status).toBe(401);
  });

  it('that was revoked is refused at once, though it was verified before', async () => {
    const token = tiny.tokens.issue({ id: 9, username: 'ann', role: 'USER', tokenVersion: 0 }, { jti: 'gone' });
    expect((await send('GET', '/api/things/7', { token })).status).toBe(200);
    const at = { effectiveAt: Date.now(), expiresAt: Date.now() + 36_000_000 };
    tiny.revocations.apply([
      { id: 1, userId: 9, tokenId: 'gone', minVersion: null, exceptTokenId: null, reason: 'LOGOUT', ...at },
    ]);
    expect((await send('GET', '/api/things/7', { token })).status).toBe(401);
  });

  it('of an ADMIN is as good as any here: only the gateway refuses the role', async () => {
    expect((await send('GET', '/api/things/7', { token: tokenOf({ role: 'ADMIN' }) })).status).toBe(200);
  });

  it('is not looked at on a public route, wrong as it may be', async () => {
    expect((await send('POST', '/api/auth/login', { token: 'wrong', body: {} })).status).toBe(200);
  });

  it.each(['/health/live', '/health/ready', '/metrics', '/docs', '/docs/json'])('is not needed at %s', async (url) => {
    expect((await send('GET', url, { token: null })).status).toBe(200);
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

describe('a body', () => {
  const put = (body: unknown, type?: string) => send('PUT', '/api/things/7', { body, ...(type ? { type } : {}) });

  it('is JSON in UTF-8', async () => {
    expect((await put({ note: 'grüß dich 😀' })).json).toEqual({ note: 'grüß dich 😀' });
    expect((await put('{"note":"x"}', 'application/json; charset=utf-8')).status).toBe(200);
    expect((await put('{"note":"x"}', 'Application/JSON')).status).toBe(200);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'x',
    'json/',
  ])('of %s is 415', async (type) => expect((await put('note=x', type)).status).toBe(415));

  it('without a type is 415', async () => {
    const answer = await tiny.app.inject({
      method: 'PUT',
      url: '/api/things/7',
      payload: Buffer.from('{"note":"x"}'),
      headers: { authorization: `Bearer ${tiny.token}` },
    });
    expect(answer.statusCode).toBe(415);
  });

  it('may have 64 KiB', async () => {
    const fill = (bytes: number): string => JSON.stringify({ note: 'x'.repeat(bytes - '{"note":""}'.length) });
    expect((await put(fill(65_536))).status).toBe(200);
    const { status, code } = await put(fill(65_537));
    expect([status, code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('is no body when it is empty, whatever its type says', async () => {
    expect((await send('DELETE', '/api/things/7', { body: '' })).status).toBe(200);
    expect((await send('DELETE', '/api/things/7', { type: 'application/json' })).status).toBe(200);
    expect((await send('POST', '/api/things/7', { type: 'application/json' })).status).toBe(200);
    expect((await put('')).code).toBe('VALIDATION_FAILED');
  });

  it.each(['{', '"x"', '[]', 'null', '1', 'nonsense', '{"note":1}', '{"note":["x"]}', '{"note":{"$ne":1}}'])(
    'of %j is 400, and the handler is not called',
    async (body) => {
      const things = tiny.app.get(ThingsController);
      const before = things.calls;
      expect((await put(body)).status).toBe(400);
      expect(things.calls).toBe(before);
    },
  );

  it('with wrong fields names each', async () => {
    const body = { username: 'a', email: 'x', password: 'short', role: 'ADMIN' };
    const { status, json } = await send('POST', '/api/auth/register', { body, token: null });
    expect(status).toBe(400);
    expect(json?.code).toBe('VALIDATION_FAILED');
    expect(json?.details?.map(({ field }) => field)).toEqual(['username', 'email', 'password']);
  });

  it('loses the fields that the schema does not know', async () => {
    expect((await put({ note: 'x', id: 9, role: 'ADMIN' })).json).toEqual({ note: 'x' });
  });
});

describe('a query', () => {
  it.each([
    ['?q=bo', 200],
    ['?q=b', 400],
    ['', 400],
    ['?q=bo&q=an', 400],
    ['?q[]=bo', 400],
    ['?q[a]=bo', 400],
    ['?q=%zz%00', 200],
  ])('%s is %i', async (query, status) => {
    const answer = await send('GET', `/api/things/search${query}`);
    expect(answer.status).toBe(status);
    expect(answer.json?.details?.map(({ field }) => field)).toEqual(status === 400 ? ['q'] : undefined);
  });

  it.each(['?size=[object%20Object]', '?page=-1&size=0', '?page=x&page=y', '?__proto__=x&constructor=y'])(
    '%s falls back to the defaults',
    async (query) => {
      const { json } = await send('GET', `/api/things${query}`);
      expect(json).toMatchObject({ number: 0, size: 20, totalElements: 41 });
    },
  );

  it('with an unknown sort is 400', async () => {
    expect((await send('GET', '/api/things?sort=user.password')).json?.details?.[0]?.field).toBe('sort');
  });
});

describe('probes', () => {
  it('tell what is degraded, and 503 with the end of readiness', async () => {
    const own = await createTinyApp();
    await own.app.init();
    own.health.add('kafka', 'degrading', () => false);
    const get = async (url: string) => own.app.inject({ url });
    expect((await get('/health/ready')).json()).toEqual({ status: 'ready', degraded: ['kafka'] });
    own.health.setDraining();
    const unready = await get('/health/ready');
    expect([unready.statusCode, unready.headers['retry-after']]).toEqual([503, '1']);
    expect(unready.json()).toMatchObject({ code: 'UNAVAILABLE' });
    expect((await get('/health/live')).json()).toEqual({ status: 'up' });
    await own.app.close();
  });

  it('say 503 when the process is stuck', async () => {
    const stuck = await createTinyApp();
    await stuck.app.init();
    stuck.health.addLiveness('consumer', () => false);
    expect((await stuck.app.inject({ url: '/health/live' })).statusCode).toBe(503);
    await stuck.app.close();
  });

  it('count requests by route, never by path', async () => {
    await send('GET', '/api/things/123456');
    await send('GET', '/api/nowhere/123456');
    const { text } = await send('GET', '/metrics', { token: null });
    expect(text).toContain(
      'http_request_duration_seconds_count{method="GET",route="/api/things/:thingId",status="200"}',
    );
    expect(text).toContain('route="none",status="404"');
    expect(text).not.toContain('123456');
  });
});

describe('rates', () => {
  const limited = { RATE_REST_USER: '1/h burst 3', RATE_REST_ADDRESS: '1/h burst 6', RATE_WRITES: '1/h burst 1' };

  it('end in 429 with the time to wait: per route, per user, per address', async () => {
    const own = await createTinyApp({ ...limited, RATE_REST_USER: '1/h burst 5' });
    await own.app.init();
    const as = (id: number) => ({
      authorization: `Bearer ${own.tokens.issue({ id, username: `user${id}`, role: 'USER', tokenVersion: 0 })}`,
    });
    const write = (id: number) => own.app.inject({ method: 'POST', url: '/api/things/7', headers: as(id) });
    const statuses = [await write(1), await write(1), await write(2)];
    expect(statuses.map(({ statusCode }) => statusCode)).toEqual([200, 429, 200]);
    expect(statuses[1]?.headers['retry-after']).toBe('3600');
    expect(statuses[1]?.json()).toMatchObject({ code: 'RATE_LIMITED' });
    const reads = [];
    for (let count = 0; count < 4; count += 1)
      reads.push((await own.app.inject({ url: '/api/things/7', headers: as(1) })).statusCode);
    expect(reads).toEqual([200, 200, 200, 429]);
    const forwarded = { ...as(3), 'x-forwarded-for': '203.0.113.5' };
    expect((await own.app.inject({ url: '/api/things/7', headers: as(3) })).statusCode).toBe(429);
    expect((await own.app.inject({ url: '/api/things/7', headers: forwarded })).statusCode).toBe(200);
    expect((await own.app.inject({ url: '/health/live' })).statusCode).toBe(200);
    await own.app.close();
  });

  it('hold logins up after five wrong ones, by name and address', async () => {
    const own = await createTinyApp();
    await own.app.init();
    const door = own.app.get(DoorController);
    const login = (username: unknown) =>
      own.app.inject({ method: 'POST', url: '/api/auth/login', payload: { username, password: 'x' } });
    door.answer = () => {
      throw new AppError('BAD_CREDENTIALS');
    };
    const statuses = [];
    for (let tries = 0; tries < 6; tries += 1) statuses.push((await login('bob')).statusCode);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    door.answer = () => ({ token: 't' });
    expect((await login('ann')).statusCode).toBe(200);
    expect((await login(['bob'])).statusCode).toBe(200);
    await own.app.close();
  });

  it('do not blame a login for an error of ours', async () => {
    const own = await createTinyApp();
    await own.app.init();
    own.app.get(DoorController).answer = () => Promise.reject(new AppError('UNAVAILABLE'));
    for (let tries = 0; tries < 10; tries += 1) {
      const payload = { username: 'bob', password: 'x' };
      expect((await own.app.inject({ method: 'POST', url: '/api/auth/login', payload })).statusCode).toBe(503);
    }
    await own.app.close();
  });
});

it(
  'nothing that a client sends makes a 5xx, and all that is refused has the one form',
  { timeout: 60_000 },
  async () => {
    const part = fc.oneof(
      fc.constantFrom(
        'api',
        'things',
        'auth',
        'login',
        'register',
        'docs',
        'health',
        'ws',
        'search',
        '7',
        '..',
        '%2e',
        ';',
      ),
      fc.string({ maxLength: 8 }).map(encodeURIComponent),
      fc.stringMatching(/^[!-~]{0,8}$/),
    );
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE'),
      url: fc.array(part, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
      type: fc.option(fc.constantFrom('application/json', 'application/json;charset=x', 'text/plain', ';', 'a/b')),
      body: fc.option(
        fc.oneof(
          fc.json({ maxDepth: 3 }),
          fc.string(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
      ),
      token: fc.boolean(),
      header: fc.stringMatching(/^[ -~]{0,20}$/),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, url, type, body, token, header }) => {
        const answer = await send(method, url.replaceAll('fail', 'x').replaceAll('503', '5'), {
          ...(body === null || method === 'GET' || method === 'HEAD' ? {} : { body }),
          ...(type === null ? {} : { type }),
          token: token ? tiny.token : null,
          headers: { origin: header, 'x-forwarded-for': header, 'x-request-id': header },
        });
        expect(answer.status).toBeLessThan(500);
        expect(answer.headers['x-instance-id']).toBe('tiny-1');
        if (answer.status >= 400 && method !== 'HEAD') ErrorBodySchema.strict().parse(answer.json);
      }),
      { numRuns: 500 },
    );
  },
);
