import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { AuthResponse, UserDto } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SessionsService } from '../src/accounts/sessions.service.js';
import { AuthFixture, outcome, type Answer, type Member } from './auth-fixture.js';

/** `correct horse`, hashed by Spring's BCryptPasswordEncoder's own prefix. */
const SPRING_HASH = '$2a$04$';

let auth: AuthFixture;
let second: AuthFixture;
beforeAll(async () => {
  auth = await AuthFixture.start();
  second = await auth.another();
});
afterAll(async () => {
  await second.close();
  await auth.close();
});

const logIn = (username: unknown, password: unknown): Promise<Answer<AuthResponse>> =>
  auth.call<AuthResponse>('POST', '/api/auth/login', { body: { username, password } });
const profile = (token: string, at = auth): Promise<Answer<UserDto>> =>
  at.call<UserDto>('GET', '/api/auth/profile', { token });
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
const headerOf = (token: string): unknown => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());
const refresh = async (token: string): Promise<string> => {
  const answer = await auth.call<AuthResponse>('POST', '/api/auth/refresh', { token });
  expect(outcome(answer)).toBe('200');
  return answer.body.token;
};
const countRevocations = async (userId: number): Promise<number> => {
  const sql = 'SELECT COUNT(*) AS count FROM revocations WHERE user_id = ?';
  const rows: { count: number }[] = await auth.database.read.query(sql, [userId]);
  return rows[0]!.count;
};

describe('POST /api/auth/login', () => {
  let ann: Member;
  beforeAll(async () => {
    ann = await auth.join('Ann', 'correct horse');
  });

  it('answers a token with the claims of the contract and nothing else', async () => {
    const answer = await logIn('Ann', 'correct horse');
    expect(Object.keys(answer.body)).toEqual(['token']);
    expect(headerOf(answer.body.token)).toEqual({ alg: 'HS256', typ: 'JWT' });
    const claims = claimsOf(answer.body.token);
    expect(claims).toEqual({
      sub: 'Ann',
      id: ann.id,
      role: 'USER',
      iat: expect.any(Number),
      exp: (claims['iat'] as number) + 36_000,
      iss: 'auth-service',
      aud: 'chatapp',
      jti: expect.stringMatching(/^[\w-]{1,64}$/),
      ver: 0,
    });
  });

  it('takes the name without regard to case and puts it into the token as it was registered', async () => {
    const answer = await logIn('aNN', 'correct horse');
    expect(claimsOf(answer.body.token)['sub']).toBe('Ann');
  });

  it('answers one and the same 401 to every wrong pair', async () => {
    const wrong: [string, string][] = [
      ['Ann', 'wrong horse'],
      ['Ann', 'correct horse '],
      ['nobody', 'correct horse'],
      ['no such name, by its form', 'correct horse'],
      ['Ann', 'x'],
      ['Ann@example.test', 'correct horse'],
      ['An_', 'correct horse'],
      ['A%', 'correct horse'],
    ];
    const bodies = new Set<string>();
    for (const [username, password] of wrong) {
      const answer = await logIn(username, password);
      expect(outcome(answer)).toBe('401 BAD_CREDENTIALS');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      const {
        timestamp: _timestamp,
        requestId: _requestId,
        ...rest
      } = answer.body as unknown as Record<string, unknown>;
      bodies.add(JSON.stringify(rest));
    }
    expect(bodies.size).toBe(1);
  });

  it('tells 72 bytes of a password from 73 that begin alike', async () => {
    const { username } = await auth.join(auth.freshName('long'), 'p'.repeat(72));
    expect(outcome(await logIn(username, 'p'.repeat(72)))).toBe('200');
    expect(outcome(await logIn(username, 'p'.repeat(73)))).toBe('401 BAD_CREDENTIALS');
    expect(outcome(await logIn(username, 'p'.repeat(71)))).toBe('401 BAD_CREDENTIALS');
  });

  it.each([
    ['a number as username', { username: 0, password: 'correct horse' }],
    ['a number as password', { username: 'Ann', password: 0 }],
    ['true', { username: true, password: true }],
    ['objects', { username: { $gt: '' }, password: { $gt: '' } }],
    ['lists', { username: ['Ann'], password: ['correct horse'] }],
    ['null', { username: null, password: null }],
    ['empty texts', { username: '', password: '' }],
    ['nothing', {}],
    ['no body', undefined],
  ])('refuses %s with 400', async (_what, body) => {
    expect(outcome(await auth.call('POST', '/api/auth/login', { body }))).toBe('400 VALIDATION_FAILED');
  });

  it("takes Spring's $2a$ hashes", async () => {
    const { username } = await auth.join();
    const rows: { password: string }[] = await auth.database.read.query(
      'SELECT password FROM users WHERE username = ?',
      [username],
    );
    const spring = rows[0]!.password.replace('$2b$04$', SPRING_HASH);
    await auth.database.writer.query('UPDATE users SET password = ? WHERE username = ?', [spring, username]);
    expect(outcome(await logIn(username, 'correct horse'))).toBe('200');
    expect(outcome(await logIn(username, 'wrong horse'))).toBe('401 BAD_CREDENTIALS');
  });

  it('takes as long for an unknown user as for a wrong password', async () => {
    const slow = await AuthFixture.start({ BCRYPT_COST: '9' });
    try {
      await slow.join('Ann');
      const median = async (username: string): Promise<number> => {
        const times: number[] = [];
        for (let round = 0; round < 7; round += 1) {
          const start = performance.now();
          await slow.call('POST', '/api/auth/login', { body: { username, password: 'wrong horse' } });
          times.push(performance.now() - start);
        }
        return times.sort((a, b) => a - b)[3]!;
      };
      // A missing hash would cost about a hundredth; the bound leaves room for a busy machine.
      expect((await median('nobody')) / (await median('Ann'))).toBeGreaterThan(0.4);
    } finally {
      await slow.close();
    }
  });
});

describe('POST /api/auth/refresh', () => {
  it('gives a new token and lets the old one live for 60 s, on every instance', async () => {
    const { token: old } = await auth.join();
    const next = await refresh(old);
    expect(claimsOf(next)['jti']).not.toBe(claimsOf(old)['jti']);
    auth.advance(59_000);
    expect((await profile(old)).status).toBe(200);
    auth.advance(1_000);
    expect(outcome(await profile(old))).toBe('401 UNAUTHENTICATED');
    await vi.waitFor(async () => expect((await profile(old, second)).status).toBe(401));
    expect((await profile(next)).status).toBe(200);
    expect((await profile(next, second)).status).toBe(200);
  });

  it('gives a token of full length', async () => {
    const { token: old } = await auth.join();
    auth.advance(3_600_000);
    const next = await refresh(old);
    expect((claimsOf(next)['exp'] as number) - (claimsOf(old)['exp'] as number)).toBeGreaterThanOrEqual(3_600);
  });

  it('refuses an expired token', async () => {
    const { token } = await auth.join();
    auth.advance(36_000_000);
    expect((await auth.call('POST', '/api/auth/refresh', { token })).status).toBe(401);
  });

  it('gives nothing for a token whose logout was committed after the guard had let it in', async () => {
    for (const logout of ['/api/auth/logout', '/api/auth/logout?all=true']) {
      const member = await auth.join();
      const principal = auth.tokens.verify(member.token);
      await member.call('POST', logout);
      const refreshed = auth.app.get(SessionsService, { strict: false }).refresh(principal);
      await expect(refreshed).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  it('gives nothing that outlives a logout of all tokens at the same moment', async () => {
    const member = await auth.join();
    const [logout, refreshed] = await Promise.all([
      auth.call('POST', '/api/auth/logout?all=true', { token: member.token }),
      second.call<AuthResponse>('POST', '/api/auth/refresh', { token: member.token }),
    ]);
    expect(outcome(logout)).toBe('200');
    expect(['200', '401 UNAUTHENTICATED']).toContain(outcome(refreshed));
    const given = refreshed.status === 200 ? refreshed.body.token : member.token;
    expect(outcome(await profile(given))).toBe('401 UNAUTHENTICATED');
  });
});

describe('POST /api/auth/logout', () => {
  it('ends the token at once here and within a second on another instance, and no other token', async () => {
    const member = await auth.join();
    const other = await auth.logIn(member.username, member.password);
    expect((await profile(member.token, second)).status).toBe(200);
    const answer = await member.call('POST', '/api/auth/logout');
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(outcome(await profile(member.token))).toBe('401 UNAUTHENTICATED');
    await vi.waitFor(async () => expect((await profile(member.token, second)).status).toBe(401), { timeout: 1_000 });
    expect((await profile(other)).status).toBe(200);
    expect((await profile(other, second)).status).toBe(200);
  });

  it('ends all tokens with all=true, and none that is given afterwards', async () => {
    const member = await auth.join();
    const other = await auth.logIn(member.username, member.password);
    const refreshed = await refresh(member.token);
    expect((await member.call('POST', '/api/auth/logout?all=true')).status).toBe(200);
    for (const token of [member.token, other, refreshed]) {
      expect((await profile(token)).status).toBe(401);
      await vi.waitFor(async () => expect((await profile(token, second)).status).toBe(401), { timeout: 1_000 });
    }
    const later = await auth.logIn(member.username, member.password);
    expect(claimsOf(later)['ver']).toBe(1);
    expect((await profile(later)).status).toBe(200);
    expect((await profile(later, second)).status).toBe(200);
  });

  it('leaves other users alone', async () => {
    const [member, other] = [await auth.join(), await auth.join()];
    await member.call('POST', '/api/auth/logout?all=true');
    expect((await profile(other.token)).status).toBe(200);
  });

  it('refuses an unknown value of all and ends nothing', async () => {
    const member = await auth.join();
    expect(outcome(await member.call('POST', '/api/auth/logout?all=yes'))).toBe('400 VALIDATION_FAILED');
    expect((await profile(member.token)).status).toBe(200);
    expect(await countRevocations(member.id)).toBe(0);
  });

  it('is known to an instance that starts later', async () => {
    const member = await auth.join();
    await member.call('POST', '/api/auth/logout');
    const third = await auth.another();
    try {
      expect((await profile(member.token, third)).status).toBe(401);
    } finally {
      await third.close();
    }
  });
});

describe('a token', () => {
  it('ends at its exp, without leeway', async () => {
    const { token } = await auth.join();
    const left = (claimsOf(token)['exp'] as number) * 1000 - auth.clock();
    auth.advance(left - 2_000);
    expect((await profile(token)).status).toBe(200);
    auth.advance(2_000);
    expect((await profile(token)).status).toBe(401);
  });

  it('of a user that is not there is refused', async () => {
    const subject = { id: 999_999, username: 'nobody', role: 'USER', tokenVersion: 0 } as const;
    const token = auth.tokens.issue(subject, { jti: randomUUID() });
    expect(outcome(await profile(token))).toBe('401 UNAUTHENTICATED');
  });
});
