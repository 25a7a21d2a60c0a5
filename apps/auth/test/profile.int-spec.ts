import 'reflect-metadata';
import { SIGNAL_SCHEMAS, type ErrorBody, type UserDto } from '@app/contracts';
import type { Signal } from '@app/message-bus';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuthFixture, outcome, type Answer, type Member } from './auth-fixture.js';

let auth: AuthFixture;
let ann: Member;
beforeAll(async () => {
  auth = await AuthFixture.start();
});
afterAll(() => auth.close());
beforeEach(async () => {
  ann = await auth.join();
});

const update = (body: unknown): Promise<Answer<UserDto>> => ann.call<UserDto>('PUT', '/api/auth/profile', body);
const urlOf = (length: number): string => 'https://example.test/'.padEnd(length, 'p');

describe('GET /api/auth/profile', () => {
  it("answers the caller's own account", async () => {
    const answer = await ann.call('GET', '/api/auth/profile');
    expect(answer.body).toEqual({ ...ann.public, email: ann.email, role: 'USER' });
  });
});

describe('PUT /api/auth/profile', () => {
  it('changes what is given and leaves the rest', async () => {
    const url = 'https://example.test/ann.png';
    expect((await update({ about: 'a', profilePictureUrl: url })).body).toMatchObject({
      about: 'a',
      profilePictureUrl: url,
    });
    expect((await update({ about: 'b' })).body).toMatchObject({ about: 'b', profilePictureUrl: url });
    expect((await update({ profilePictureUrl: null })).body).toMatchObject({ about: 'b', profilePictureUrl: null });
    expect((await update({})).body).toMatchObject({ about: 'b', profilePictureUrl: null });
    expect((await update({ about: null })).body).toMatchObject({ about: null, profilePictureUrl: null });
    expect((await ann.call('GET', '/api/auth/profile')).body).toEqual({
      ...ann.public,
      email: ann.email,
      role: 'USER',
    });
  });

  it('takes an empty picture as none', async () => {
    await update({ profilePictureUrl: 'http://example.test/ann.png' });
    expect((await update({ profilePictureUrl: '' })).body.profilePictureUrl).toBeNull();
  });

  it('gives unknown fields no effect', async () => {
    const answer = await update({
      about: 'x',
      role: 'ADMIN',
      id: 1,
      username: 'root',
      email: 'root@example.test',
      password: 'p',
    });
    expect(answer.body).toEqual({ ...ann.public, email: ann.email, role: 'USER', about: 'x' });
    expect(await auth.logIn(ann.username, ann.password)).toEqual(expect.any(String));
  });

  it('keeps what it is given as it stands', async () => {
    const about = '<script>alert(1)</script> "quotes" \\ 🎉\nline\ttab';
    expect((await update({ about })).body.about).toBe(about);
  });

  it.each([
    ['about of 500', { about: 'a'.repeat(500) }],
    ['a picture of 2,048', { profilePictureUrl: urlOf(2048) }],
    ['a picture over http', { profilePictureUrl: 'http://example.test/a.png' }],
  ])('takes %s', async (_what, body) => {
    const answer = await update(body);
    expect(outcome(answer)).toBe('200');
    expect(answer.body).toMatchObject(body);
  });

  it.each([
    ['about of 501', 'about', { about: 'a'.repeat(501) }],
    ['a number', 'about', { about: 1 }],
    ['a control character', 'about', { about: 'a\u0000b' }],
    ['a picture of 2,049', 'profilePictureUrl', { profilePictureUrl: urlOf(2049) }],
    ['a script', 'profilePictureUrl', { profilePictureUrl: 'javascript:alert(1)' }],
    ['a data URL', 'profilePictureUrl', { profilePictureUrl: 'data:text/html,x' }],
    ['no URL', 'profilePictureUrl', { profilePictureUrl: 'ann.png' }],
    ['a list', 'profilePictureUrl', { profilePictureUrl: ['https://example.test'] }],
  ])('refuses %s with 400 and changes nothing', async (_what, field, body) => {
    const answer = await update({ about: 'new', ...body });
    expect(outcome(answer)).toBe('400 VALIDATION_FAILED');
    expect((answer.body as unknown as ErrorBody).details?.map((detail) => detail.field)).toEqual([field]);
    expect((await ann.call<UserDto>('GET', '/api/auth/profile')).body.about).toBeNull();
  });

  it('tells those who have the user as a contact, without whom the user blocks', async () => {
    const [friend, foe, stranger] = [await auth.join(), await auth.join(), await auth.join()];
    for (const follower of [friend, foe]) await follower.call('POST', `/api/contacts/${ann.id}`);
    await ann.call('POST', `/api/contacts/${stranger.id}`);
    await ann.call('POST', `/api/blocks/${foe.id}`);
    const signals: Signal[] = [];
    const unsubscribe = auth.signals.subscribe((signal) => signals.push(signal));
    await update({ about: 'news' });
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    unsubscribe();
    expect(signals[0]!.kind).toBe('profile-changed');
    expect(SIGNAL_SCHEMAS['profile-changed'].parse(signals[0]!.payload)).toEqual({
      user: { ...ann.public, about: 'news' },
      userIds: [friend.id],
    });
  });

  it('tells at most 1,000', async () => {
    const rows = Array.from({ length: 1_001 }, (_, index) => `(${100_000 + index}, ${ann.id})`).join(', ');
    await auth.database.writer.query(`INSERT INTO contacts (user_id, contact_id) VALUES ${rows}`);
    const told = new Promise<Signal>((resolve) => {
      const unsubscribe = auth.signals.subscribe((signal) => {
        unsubscribe();
        resolve(signal);
      });
    });
    await update({ about: 'news' });
    expect(SIGNAL_SCHEMAS['profile-changed'].parse((await told).payload).userIds).toHaveLength(1_000);
  });
});

describe('GET /api/auth/hello', () => {
  it('greets by name, as text', async () => {
    const answer = await ann.call('GET', '/api/auth/hello');
    expect([answer.status, answer.text]).toEqual([200, `Hello ${ann.username}`]);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });
});
