import 'reflect-metadata';
import { createHmac } from 'node:crypto';
import type { ErrorBody } from '@app/contracts';
import { TokenService } from '@app/security';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthFixture, SECRET, outcome, type Member } from './auth-fixture.js';

/** Every operation of the service that needs a token, with a body that would be taken. */
const PROTECTED: [method: string, path: string, body?: unknown][] = [
  ['POST', '/api/auth/refresh'],
  ['POST', '/api/auth/logout'],
  ['GET', '/api/auth/profile'],
  ['PUT', '/api/auth/profile', { about: 'x' }],
  ['PUT', '/api/auth/password', { oldPassword: 'correct horse', newPassword: 'battery staple' }],
  ['DELETE', '/api/auth/profile', { password: 'correct horse' }],
  ['GET', '/api/auth/export'],
  ['GET', '/api/auth/hello'],
  ['GET', '/api/users/search?q=us'],
  ['GET', '/api/users/1'],
  ['POST', '/api/users/status', { userIds: [1] }],
  ['POST', '/api/contacts/1'],
  ['POST', '/api/contacts/by-username', { username: 'user1' }],
  ['DELETE', '/api/contacts/1'],
  ['GET', '/api/contacts'],
  ['POST', '/api/blocks/1'],
  ['DELETE', '/api/blocks/1'],
  ['GET', '/api/blocks'],
];
const PUBLIC: [method: string, path: string][] = [
  ['POST', '/api/auth/register'],
  ['POST', '/api/auth/login'],
];

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const sign = (header: object, claims: object, secret = SECRET, hash = 'sha256'): string => {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
};
const HS256 = { alg: 'HS256', typ: 'JWT' };

let auth: AuthFixture;
let member: Member;
let goodToken: string;
const badTokens = new Map<string, string | null>();

beforeAll(async () => {
  auth = await AuthFixture.start();
  member = await auth.join();
  const now = Math.floor(auth.clock() / 1000);
  const claims = {
    sub: member.username,
    id: member.id,
    role: 'USER',
    ver: 0,
    jti: 'j',
    iat: now,
    exp: now + 100,
    iss: 'auth-service',
    aud: 'chatapp',
  };
  goodToken = sign(HS256, claims);
  const deleted = await auth.join();
  await deleted.call('DELETE', '/api/auth/profile', { password: deleted.password });
  const revoked = await auth.join();
  await revoked.call('POST', '/api/auth/logout');
  badTokens.set('no token', null);
  badTokens.set('a malformed one', 'abc');
  badTokens.set('one of another key', sign(HS256, claims, `${SECRET}!`));
  badTokens.set('alg none', `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`);
  badTokens.set('another algorithm', sign({ alg: 'HS512', typ: 'JWT' }, claims, SECRET, 'sha512'));
  badTokens.set('another audience', sign(HS256, { ...claims, aud: 'other' }));
  badTokens.set('another issuer', sign(HS256, { ...claims, iss: 'other' }));
  badTokens.set('no exp', sign(HS256, { ...claims, exp: undefined }));
  badTokens.set('no version', sign(HS256, { ...claims, ver: undefined }));
  badTokens.set('an id as text', sign(HS256, { ...claims, id: String(member.id) }));
  badTokens.set(
    'an expired one',
    new TokenService(Buffer.from(SECRET), () => auth.clock() - 36_000_000).issue({
      id: member.id,
      username: member.username,
      role: 'USER',
      tokenVersion: 0,
    }),
  );
  badTokens.set('a revoked one', revoked.token);
  badTokens.set("a deleted user's", deleted.token);
});
afterAll(() => auth.close());

const dump = async (): Promise<unknown[]> => {
  const tables: unknown[] = [];
  for (const table of ['users', 'contacts', 'blocks', 'revocations'])
    tables.push(await auth.database.read.query(`SELECT * FROM ${table} ORDER BY id`));
  return tables;
};

describe('the auth service', () => {
  it.each(PROTECTED)('refuses %s %s without a good token, and changes nothing', async (method, path, body) => {
    const before = await dump();
    for (const [what, token] of badTokens) {
      const answer = await auth.call<ErrorBody>(method, path, { token, body });
      expect([what, answer.status]).toEqual([what, 401]);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.body).toMatchObject({ status: 401, error: 'Unauthorized', path: path.split('?')[0] });
    }
    expect(await dump()).toEqual(before);
  });

  it('takes a token with these claims as they stand', async () => {
    expect(outcome(await auth.call('GET', '/api/auth/profile', { token: goodToken }))).toBe('200');
  });

  it('looks at the token before the request', async () => {
    expect(outcome(await auth.call('POST', '/api/contacts/abc'))).toBe('401 UNAUTHENTICATED');
    expect(outcome(await auth.call('PUT', '/api/auth/profile', { body: '{' }))).toBe('401 UNAUTHENTICATED');
    expect((await auth.call('GET', '/api/nothing')).status).toBe(401);
    expect(outcome(await member.call('GET', '/api/nothing'))).toBe('404 NOT_FOUND');
    expect(outcome(await member.call('DELETE', '/api/auth/hello'))).toBe('405 METHOD_NOT_ALLOWED');
  });

  it('documents exactly these operations', async () => {
    const { body } = await auth.call<{ paths: Record<string, object> }>('GET', '/docs/json');
    const documented = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/, '1')}`),
    );
    const expected = [...PROTECTED, ...PUBLIC].map(([method, path]) => `${method} ${path.split('?')[0]}`);
    expect(documented.sort()).toEqual(expected.sort());
  });

  it('is ready with its database, and says what it misses', async () => {
    const answer = await auth.call('GET', '/health/ready');
    expect([answer.status, answer.body]).toEqual([200, { status: 'ready', degraded: [] }]);
    expect((await auth.call('GET', '/health/live')).status).toBe(200);
  });

  it('is not ready without its database, and alive', async () => {
    const other = await AuthFixture.start();
    await other.database.close();
    expect((await other.call('GET', '/health/ready')).status).toBe(503);
    expect((await other.call('GET', '/health/live')).status).toBe(200);
    expect(outcome(await other.call('POST', '/api/auth/login', { body: { username: 'ann', password: 'x' } }))).toBe(
      '503 UNAVAILABLE',
    );
    await other.close();
  });
});
