import 'reflect-metadata';
import type { AccountExport, ContactDto, Page } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AuthFixture, outcome, type Answer, type Member } from './auth-fixture.js';

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

const profileStatus = async (token: string, at = auth): Promise<number> =>
  (await at.call('GET', '/api/auth/profile', { token })).status;
const logIn = ({ username }: Member, password: string): Promise<Answer> =>
  auth.call('POST', '/api/auth/login', { body: { username, password } });
const rowOf = async ({ id }: Member): Promise<Record<string, unknown>> => {
  const rows: Record<string, unknown>[] = await auth.database.read.query('SELECT * FROM users WHERE id = ?', [id]);
  return rows[0]!;
};

describe('PUT /api/auth/password', () => {
  const change = (member: Member, oldPassword: unknown, newPassword: unknown): Promise<Answer> =>
    member.call('PUT', '/api/auth/password', { oldPassword, newPassword });

  it("takes the new password at once and ends all tokens but the caller's", async () => {
    const member = await auth.join();
    const other = await auth.logIn(member.username, member.password);
    const answer = await change(member, member.password, 'battery staple');
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(outcome(await logIn(member, member.password))).toBe('401 BAD_CREDENTIALS');
    expect(outcome(await logIn(member, 'battery staple'))).toBe('200');
    expect(await profileStatus(other)).toBe(401);
    await vi.waitFor(async () => expect(await profileStatus(other, second)).toBe(401), { timeout: 1_000 });
    expect(await profileStatus(member.token)).toBe(200);
    expect(await profileStatus(member.token, second)).toBe(200);
  });

  it('spares only the token of the last change', async () => {
    const member = await auth.join();
    await change(member, member.password, 'battery staple');
    const next = await auth.logIn(member.username, 'battery staple');
    await auth.call('PUT', '/api/auth/password', {
      token: next,
      body: { oldPassword: 'battery staple', newPassword: 'third password' },
    });
    expect(await profileStatus(member.token)).toBe(401);
    expect(await profileStatus(next)).toBe(200);
  });

  it('lets the spared token be refreshed and logged out', async () => {
    const member = await auth.join();
    await change(member, member.password, 'battery staple');
    const refreshed = await member.call<{ token: string }>('POST', '/api/auth/refresh');
    expect(await profileStatus(refreshed.body.token)).toBe(200);
    await member.call('POST', '/api/auth/logout');
    expect(await profileStatus(member.token)).toBe(401);
    expect(await profileStatus(refreshed.body.token)).toBe(200);
  });

  it('refuses a wrong old password with 403 and changes nothing', async () => {
    const member = await auth.join();
    const before = await rowOf(member);
    expect(outcome(await change(member, 'wrong horse', 'battery staple'))).toBe('403 WRONG_PASSWORD');
    expect(await rowOf(member)).toEqual(before);
  });

  it.each([
    ['7 characters', '1234567'],
    ['73 bytes', 'p'.repeat(73)],
    ['a number', 12345678],
    ['nothing', undefined],
  ])('refuses %s as the new password', async (_what, newPassword) => {
    const member = await auth.join();
    expect(outcome(await change(member, member.password, newPassword))).toBe('400 VALIDATION_FAILED');
    expect(outcome(await logIn(member, member.password))).toBe('200');
  });

  it.each([
    ['8 characters', '12345678'],
    ['72 bytes', 'p'.repeat(72)],
  ])('takes %s as the new password', async (_what, newPassword) => {
    const member = await auth.join();
    expect(outcome(await change(member, member.password, newPassword))).toBe('200');
    expect(outcome(await logIn(member, newPassword))).toBe('200');
  });

  it('lets one of two changes of the same moment through', async () => {
    const member = await auth.join();
    const answers = await Promise.all(
      ['first password', 'second password'].map((next) => change(member, member.password, next)),
    );
    expect(answers.map(outcome).sort()).toEqual(['200', '403 WRONG_PASSWORD']);
  });

  it('slows down guessing with a stolen token, and nobody else', async () => {
    const limited = await AuthFixture.start({ RATE_LIMITS: 'on' });
    try {
      const [member, other] = [await limited.join(), await limited.join()];
      const guesses: string[] = [];
      for (let round = 0; round < 7; round += 1)
        guesses.push(outcome(await change(member, `guess ${round}`, 'battery staple')));
      expect(guesses.slice(0, 5)).toEqual(Array<string>(5).fill('403 WRONG_PASSWORD'));
      expect(guesses.slice(5)).toEqual(['429 RATE_LIMITED', '429 RATE_LIMITED']);
      expect(outcome(await change(other, other.password, 'battery staple'))).toBe('200');
    } finally {
      await limited.close();
    }
  });
});

describe('DELETE /api/auth/profile', () => {
  const remove = (member: Member, password: unknown): Promise<Answer> =>
    member.call('DELETE', '/api/auth/profile', { password });

  it('ends the account at once: no token, no login, nothing personal left', async () => {
    const member = await auth.join();
    const other = await auth.logIn(member.username, member.password);
    await member.call('PUT', '/api/auth/profile', { about: 'me', profilePictureUrl: 'https://example.test/me.png' });
    const answer = await remove(member, member.password);
    expect([answer.status, answer.text]).toEqual([200, '']);
    for (const token of [member.token, other]) {
      expect(await profileStatus(token)).toBe(401);
      await vi.waitFor(async () => expect(await profileStatus(token, second)).toBe(401), { timeout: 1_000 });
    }
    expect(outcome(await logIn(member, member.password))).toBe('401 BAD_CREDENTIALS');
    expect(outcome(await logIn(member, ''))).toBe('400 VALIDATION_FAILED');
    expect(await rowOf(member)).toMatchObject({
      username: member.username,
      email: null,
      password: '',
      about: null,
      profile_picture_url: null,
      deleted_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/),
    });
  });

  it('keeps the name reserved and sets the address free', async () => {
    const member = await auth.join();
    await remove(member, member.password);
    const body = { username: member.username.toUpperCase(), email: 'other@example.test', password: 'correct horse' };
    expect(outcome(await auth.call('POST', '/api/auth/register', { body }))).toBe('409 USERNAME_TAKEN');
    const again = { username: auth.freshName(), email: member.email, password: 'correct horse' };
    expect(outcome(await auth.call('POST', '/api/auth/register', { body: again }))).toBe('200');
  });

  it('takes the user out of the reach and the lists of the others', async () => {
    const [member, other] = [await auth.join(), await auth.join()];
    await other.call('POST', `/api/contacts/${member.id}`);
    await other.call('POST', `/api/blocks/${member.id}`);
    await member.call('POST', `/api/contacts/${other.id}`);
    await remove(member, member.password);
    expect(outcome(await other.call('GET', `/api/users/${member.id}`))).toBe('404 NOT_FOUND');
    expect(outcome(await other.call('POST', `/api/contacts/${member.id}`))).toBe('404 NOT_FOUND');
    expect(outcome(await other.call('POST', '/api/contacts/by-username', { username: member.username }))).toBe(
      '404 NOT_FOUND',
    );
    expect(outcome(await other.call('POST', `/api/blocks/${member.id}`))).toBe('404 NOT_FOUND');
    const found = await other.call<Page<unknown>>('GET', `/api/users/search?q=${member.username}`);
    expect(found.body.content).toEqual([]);
    for (const list of ['/api/contacts', '/api/blocks'])
      expect((await other.call<Page<ContactDto>>('GET', list)).body.totalElements).toBe(0);
    const rows = await auth.database.read.query('SELECT * FROM contacts WHERE user_id = ? OR contact_id = ?', [
      member.id,
      member.id,
    ]);
    expect(rows).toEqual([]);
  });

  it('refuses a wrong password with 403 and keeps the account', async () => {
    const member = await auth.join();
    const before = await rowOf(member);
    expect(outcome(await remove(member, 'wrong horse'))).toBe('403 WRONG_PASSWORD');
    expect(await rowOf(member)).toEqual(before);
    expect(await profileStatus(member.token)).toBe(200);
  });

  it.each([
    ['no password', {}],
    ['a number', { password: 1 }],
    ['no body', undefined],
  ])('refuses %s with 400', async (_what, body) => {
    const member = await auth.join();
    expect(outcome(await member.call('DELETE', '/api/auth/profile', body))).toBe('400 VALIDATION_FAILED');
    expect(await profileStatus(member.token)).toBe(200);
  });

  it('happens once when asked twice at the same moment', async () => {
    const member = await auth.join();
    const answers = await Promise.all([remove(member, member.password), remove(member, member.password)]);
    const outcomes = answers.map(outcome).sort();
    expect(outcomes[0]).toBe('200');
    expect(['401 UNAUTHENTICATED', '403 WRONG_PASSWORD']).toContain(outcomes[1]);
  });

  it('leaves no way back in for a login that began before', async () => {
    const member = await auth.join();
    const [, login] = await Promise.all([
      remove(member, member.password),
      auth.call<{ token: string }>('POST', '/api/auth/login', {
        body: { username: member.username, password: member.password },
      }),
    ]);
    expect(['200', '401 BAD_CREDENTIALS']).toContain(outcome(login));
    expect(await profileStatus(login.status === 200 ? login.body.token : member.token)).toBe(401);
  });
});

describe('GET /api/auth/export', () => {
  it('holds account, contacts and blocks, and no secret', async () => {
    const [member, friend, foe] = [await auth.join(), await auth.join(), await auth.join()];
    await member.call('POST', `/api/contacts/${friend.id}`);
    await member.call('POST', `/api/blocks/${foe.id}`);
    await friend.call('POST', `/api/contacts/${member.id}`);
    const answer = await member.call<AccountExport>('GET', '/api/auth/export');
    expect(answer.body).toEqual({
      account: { ...member.public, email: member.email, role: 'USER' },
      contacts: [{ id: expect.any(Number), user: member.public, contact: friend.public }],
      blocks: [{ id: expect.any(Number), user: member.public, blockedUser: foe.public }],
    });
    expect(answer.text).not.toContain('$2b$');
  });
});
