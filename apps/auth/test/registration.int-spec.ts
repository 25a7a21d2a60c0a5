import 'reflect-metadata';
import { UserDtoSchema, type ErrorBody, type UserDto } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuthFixture, outcome, type Answer } from './auth-fixture.js';

let auth: AuthFixture;
beforeAll(async () => {
  auth = await AuthFixture.start();
});
afterAll(() => auth.close());

const register = (change: object = {}): Promise<Answer<UserDto>> => {
  const username = auth.freshName('reg');
  const body = { username, email: `${username}@example.test`, password: 'correct horse', ...change };
  return auth.call<UserDto>('POST', '/api/auth/register', { body });
};
const countUsers = async (): Promise<number> => {
  const rows: { count: number }[] = await auth.database.read.query('SELECT COUNT(*) AS count FROM users');
  return rows[0]!.count;
};

/** An address of exactly `length` characters: labels of at most 60, the last one `test`. */
const emailOf = (length: number): string => {
  const domain = `${'d'.repeat(60)}.${'d'.repeat(60)}.${'d'.repeat(60)}.test`;
  return `${'m'.repeat(length - domain.length - 1)}@${domain}`;
};

describe('POST /api/auth/register', () => {
  it('answers the new account as UserDto and nothing else', async () => {
    const answer = await register({ username: 'Ann.B-c_9', email: 'Ann@Example.test' });
    expect(outcome(answer)).toBe('200');
    expect(z.strictObject(UserDtoSchema.shape).parse(answer.body)).toEqual({
      id: expect.any(Number),
      username: 'Ann.B-c_9',
      email: 'Ann@Example.test',
      role: 'USER',
      profilePictureUrl: null,
      about: null,
    });
  });

  it('needs no token and looks at none', async () => {
    const body = { username: 'no-token', email: 'no-token@example.test', password: 'correct horse' };
    expect(outcome(await auth.call('POST', '/api/auth/register', { body, token: 'nonsense' }))).toBe('200');
  });

  it('gives unknown fields no effect', async () => {
    const extra = { role: 'ADMIN', id: 4711, about: 'x', tokenVersion: 7, deletedAt: '2026-01-01', token_version: 7 };
    const answer = await register(extra);
    expect(answer.body).toMatchObject({ role: 'USER', about: null });
    expect(answer.body.id).not.toBe(4711);
    const rows = await auth.database.read.query('SELECT role, token_version, deleted_at FROM users WHERE id = ?', [
      answer.body.id,
    ]);
    expect(rows).toEqual([{ role: 'USER', token_version: 0, deleted_at: null }]);
  });

  it('stores a bcrypt hash instead of the password', async () => {
    const { body } = await register({ password: 'correct horse' });
    const rows: { password: string }[] = await auth.database.read.query('SELECT password FROM users WHERE id = ?', [
      body.id,
    ]);
    expect(rows[0]!.password).toMatch(/^\$2b\$04\$.{53}$/);
  });

  it.each([
    ['a username of 3', { username: 'abc' }],
    ['a username of 32', { username: 'u'.repeat(32) }],
    ['every character a username may have', { username: '._-Zz09' }],
    ['the name of an object property', { username: '__proto__' }],
    ['a password of 8 characters', { password: '12345678' }],
    ['a password of 72 bytes', { password: 'p'.repeat(72) }],
    ['a password of 72 bytes in 36 characters', { password: 'é'.repeat(36) }],
    ['an e-mail address of 254', { email: emailOf(254) }],
  ])('takes %s', async (_what, change) => {
    expect(outcome(await register(change))).toBe('200');
  });

  it.each([
    ['a username of 2', 'username', { username: 'ab' }],
    ['a username of 33', 'username', { username: 'u'.repeat(33) }],
    ['a comma', 'username', { username: 'a,b,c' }],
    ['a slash', 'username', { username: 'a/b/c' }],
    ['a blank', 'username', { username: 'a b c' }],
    ['a line end', 'username', { username: 'abc\n' }],
    ['a letter beyond ASCII', 'username', { username: 'zoë' }],
    ['full-width letters', 'username', { username: 'ａｂｃ' }],
    ['a number as username', 'username', { username: 0 }],
    ['a list as username', 'username', { username: ['abc'] }],
    ['an object as username', 'username', { username: { $ne: null } }],
    ['null as username', 'username', { username: null }],
    ['no e-mail address', 'email', { email: undefined }],
    ['an e-mail address without @', 'email', { email: 'example.test' }],
    ['an e-mail address of 255', 'email', { email: emailOf(255) }],
    ['true as e-mail address', 'email', { email: true }],
    ['a password of 7 characters', 'password', { password: '1234567' }],
    ['a password of 73 bytes', 'password', { password: 'p'.repeat(73) }],
    ['a password of 74 bytes in 37 characters', 'password', { password: 'é'.repeat(37) }],
    ['a number as password', 'password', { password: 12345678 }],
  ])('refuses %s with 400 and names the field', async (_what, field, change) => {
    const before = await countUsers();
    const answer = await register(change);
    expect(outcome(answer)).toBe('400 VALIDATION_FAILED');
    expect((answer.body as unknown as ErrorBody).details?.map((detail) => detail.field)).toEqual([field]);
    expect(await countUsers()).toBe(before);
  });

  it.each([
    ['no body', undefined],
    ['an empty body', ''],
    ['half a body', '{"username":"abc"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"abc"'],
  ])('refuses %s with 400', async (_what, body) => {
    expect((await auth.call('POST', '/api/auth/register', { body })).status).toBe(400);
  });

  it('refuses a name and an address that are taken, without regard to case', async () => {
    await register({ username: 'Taken', email: 'taken@example.test' });
    expect(outcome(await register({ username: 'tAKEN' }))).toBe('409 USERNAME_TAKEN');
    expect(outcome(await register({ email: 'TAKEN@example.test' }))).toBe('409 EMAIL_TAKEN');
    expect(outcome(await register({ username: 'taken', email: 'taken@example.test' }))).toBe('409 USERNAME_TAKEN');
  });

  it('gives a name to one of 20 registrations of the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        register({ username: index % 2 ? 'Racer' : 'rACER', email: `racer${index}@example.test` }),
      ),
    );
    const outcomes = answers.map(outcome).sort();
    expect(outcomes).toEqual(['200', ...Array<string>(19).fill('409 USERNAME_TAKEN')]);
  });

  it('gives an address to one of 20 registrations of the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        register({ username: `mailer${index}`, email: index % 2 ? 'Mail@example.test' : 'mAIL@example.test' }),
      ),
    );
    const outcomes = answers.map(outcome).sort();
    expect(outcomes).toEqual(['200', ...Array<string>(19).fill('409 EMAIL_TAKEN')]);
  });
});
