import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendTo, type Sent } from '../../test/sender.js';
import { createTinyApp, type TinyApp } from '../../test/tiny-app.js';

let tiny: TinyApp;
beforeAll(async () => {
  tiny = await createTinyApp({ RATE_LIMITS: 'off' });
  await tiny.app.init();
});
afterAll(() => tiny.app.close());
const send = (method: string, url: string, sent: Sent = {}) => sendTo(tiny, method, url, sent);

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
