import 'reflect-metadata';
import type { StatusDto } from '@app/contracts';
import { toDbTime } from '@app/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuthFixture, outcome, type Answer, type Member } from './auth-fixture.js';

const SEEN = Date.UTC(2026, 10, 22, 10, 15, 30, 123);

let auth: AuthFixture;
let ann: Member;
let bob: Member;
beforeAll(async () => {
  auth = await AuthFixture.start();
  await auth.presence.renew('chat-1', new Map());
});
afterAll(() => auth.close());
beforeEach(async () => {
  [ann, bob] = [await auth.join(), await auth.join()];
});

const ask = (userIds: unknown): Promise<Answer<StatusDto>> =>
  ann.call<StatusDto>('POST', '/api/users/status', { userIds });
const statusOf = async (...users: { id: number }[]): Promise<Record<string, string>> => {
  const answer = await ask(users.map((user) => user.id));
  expect(outcome(answer)).toBe('200');
  return answer.body.status;
};

describe('POST /api/users/status', () => {
  it('answers online, then the time last online in digits', async () => {
    expect(await statusOf(bob)).toEqual({ [bob.id]: 'offline' });
    await auth.presence.connect('chat-1', bob.username);
    expect(await statusOf(bob)).toEqual({ [bob.id]: 'online' });
    const before = auth.clock();
    await auth.presence.disconnect('chat-1', bob.username);
    const after = auth.clock();
    const status = (await statusOf(bob))[bob.id]!;
    expect(status).toMatch(/^\d{13}$/);
    expect(Number(status)).toBeGreaterThanOrEqual(before);
    expect(Number(status)).toBeLessThanOrEqual(after);
  });

  it('answers offline for who is not there, and each id once', async () => {
    expect(await statusOf({ id: 999_999 }, bob, bob, ann)).toEqual({
      '999999': 'offline',
      [bob.id]: 'offline',
      [ann.id]: 'offline',
    });
    expect(await statusOf()).toEqual({});
  });

  it('shows who blocks the caller as offline, and not whom the caller blocks', async () => {
    await auth.presence.connect('chat-1', bob.username);
    await ann.call('POST', `/api/blocks/${bob.id}`);
    expect(await statusOf(bob)).toEqual({ [bob.id]: 'online' });
    await bob.call('POST', `/api/blocks/${ann.id}`);
    expect(await statusOf(bob)).toEqual({ [bob.id]: 'offline' });
  });

  it('shows a deleted user as offline', async () => {
    await auth.presence.connect('chat-1', bob.username);
    await bob.call('DELETE', '/api/auth/profile', { password: bob.password });
    expect(await statusOf(bob)).toEqual({ [bob.id]: 'offline' });
  });

  it('takes 100 ids, not 101', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => 1_000_000 + index);
    const answer = await ask(ids);
    expect(outcome(answer)).toBe('200');
    expect(Object.keys(answer.body.status)).toHaveLength(100);
    expect(outcome(await ask([...ids, 1]))).toBe('400 VALIDATION_FAILED');
  });

  it.each([
    ['null', null],
    ['nothing', undefined],
    ['a list with null', [1, null]],
    ['a text', '1'],
    ['ids as texts', ['1']],
    ['0', [0]],
    ['a negative id', [-1]],
    ['a fraction', [1.5]],
    ['an id above 2^53-1', [9_007_199_254_740_992]],
  ])('refuses %s with 400', async (_what, userIds) => {
    expect(outcome(await ask(userIds))).toBe('400 VALIDATION_FAILED');
  });

  it('falls back to what chat keeps, and lets presence come first', async () => {
    await auth.database.writer.query(
      'CREATE TABLE last_seen (username varchar(32) PRIMARY KEY, seen_at datetime NOT NULL)',
    );
    try {
      const sql = 'INSERT INTO last_seen (username, seen_at) VALUES (?, ?)';
      for (const { username } of [ann, bob]) await auth.database.writer.query(sql, [username, toDbTime(SEEN)]);
      await auth.presence.connect('chat-1', ann.username);
      expect(await statusOf(ann, bob)).toEqual({ [ann.id]: 'online', [bob.id]: String(SEEN) });
      await auth.presence.connect('chat-1', bob.username);
      await auth.presence.disconnect('chat-1', bob.username);
      expect(Number((await statusOf(bob))[bob.id])).toBeGreaterThanOrEqual(auth.clock() - 60_000);
    } finally {
      await auth.database.writer.query('DROP TABLE last_seen');
    }
    expect(await statusOf(await auth.join())).toEqual({ [bob.id + 1]: 'offline' });
  });

  it('answers 503, never offline, while presence is away', async () => {
    const other = await auth.another();
    try {
      await other.presence.close();
      const answer = await other.call('POST', '/api/users/status', { token: ann.token, body: { userIds: [bob.id] } });
      expect(outcome(answer)).toBe('503 PRESENCE_UNAVAILABLE');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect((await other.call('GET', '/health/ready')).status).toBe(200);
      expect((await other.call<{ degraded: string[] }>('GET', '/health/ready')).body.degraded).toContain('presence');
    } finally {
      await other.close();
    }
  });
});
