import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PublicUserListSchema } from '@app/contracts';
import { toDbTime } from '@app/database';
import { DirectoryRepository } from '../src/directory/index.js';
import { ChatReadsFixture, outcome, type Person } from './chat-reads.fixture.js';

describe('the directory', () => {
  let chat: ChatReadsFixture;
  let directory: DirectoryRepository;
  let anna: Person;
  let bob: Person;
  let under: Person;
  let gone: Person;

  beforeAll(async () => {
    chat = await ChatReadsFixture.start();
    directory = chat.app.get(DirectoryRepository, { strict: false });
    anna = await chat.join('Anna');
    bob = await chat.join('annabel');
    under = await chat.join('ann_x');
    gone = await chat.join('annette');
    await gone.deletesAccount();
  });
  afterAll(() => chat.stop());

  const search = async (person: Person, q: string): Promise<string[]> =>
    PublicUserListSchema.parse(await person.get(`/api/chat/users/search?q=${encodeURIComponent(q)}`)).map(
      (user) => user.username,
    );

  it('finds by prefix in any case, without deleted ones, and shows public profiles only', async () => {
    expect(new Set(await search(bob, 'ANN'))).toEqual(new Set(['ann_x', 'Anna', 'annabel']));
    expect(await search(bob, 'anna')).toEqual(['Anna', 'annabel']);
    const [first] = await bob.get<object[]>('/api/chat/users/search?q=ann_x');
    expect(first).toEqual({
      id: under.id,
      username: 'ann_x',
      profilePictureUrl: 'https://pictures.test/ann_x',
      about: null,
    });
  });

  it('takes wildcards as they stand', async () => {
    expect(await search(bob, 'ann_')).toEqual(['ann_x']);
    expect(await search(bob, 'an%')).toEqual([]);
    expect(await search(bob, '!!')).toEqual([]);
  });

  it('hides those who block the caller, and nobody from them', async () => {
    const blocked = await chat.join();
    await anna.blocks(blocked);
    expect(await search(blocked, 'anna')).toEqual(['annabel']);
    expect(await search(anna, blocked.username)).toEqual([blocked.username]);
  });

  it('finds at most 20', async () => {
    for (let n = 10; n < 32; n += 1) await chat.join(`many${n}`);
    expect(await search(anna, 'many')).toHaveLength(20);
  });

  it('refuses less than two characters, and callers without a token', async () => {
    expect(outcome(await anna.call('GET', '/api/chat/users/search?q=a'))).toBe('400 VALIDATION_FAILED');
    expect(outcome(await anna.call('GET', '/api/chat/users/search'))).toBe('400 VALIDATION_FAILED');
    expect(outcome(await anna.call('GET', '/api/chat/users/search?q=an&q=be'))).toBe('400 VALIDATION_FAILED');
    expect(outcome(await chat.call('GET', '/api/chat/users/search?q=an', null))).toBe('401 UNAUTHENTICATED');
  });

  it('shows a deleted user by a name of the id, and never by the old one', async () => {
    const em = chat.database.read;
    const users = await directory.findUsers(em, [gone.id, anna.id, 999_999, gone.id]);
    expect(new Set(users.keys())).toEqual(new Set([anna.id, gone.id]));
    expect(users.get(gone.id)).toEqual({
      id: gone.id,
      username: `deleted-${gone.id}`,
      profilePictureUrl: null,
      about: null,
      deleted: true,
    });
    expect((await directory.findUsersByUsername(em, ['annette', 'ANNA', "x' OR 1=1"])).get('ANNA')?.id).toBe(anna.id);
    expect((await directory.findUsersByUsername(em, ['annette', "x' OR 1=1"])).size).toBe(0);
    expect([...(await directory.findDeletions(em, [gone.id, anna.id])).keys()]).toEqual([gone.id]);
  });

  it('reads long lists in parts', async () => {
    const ids = Array.from({ length: 1_201 }, (_, index) => index + 1);
    const users = await directory.findUsers(chat.database.read, ids);
    expect(users.has(anna.id)).toBe(true);
    const pairs = ids.map((id) => [id, id + 1] as const);
    expect(await directory.findBlocksAmong(chat.database.read, pairs)).toEqual([]);
  });

  it('tells the direction of a block', async () => {
    const [one, two, three] = await chat.joinMany(3);
    await one.blocks(two);
    const em = chat.database.read;
    expect(await directory.findBlocks(em, [{ userId: one.id, blockedUserId: two.id }])).toHaveLength(1);
    expect(await directory.findBlocks(em, [{ userId: two.id, blockedUserId: one.id }])).toEqual([]);
    expect(await directory.isBlockedEitherWay(em, two.id, one.id)).toBe(true);
    expect(await directory.isBlockedEitherWay(em, two.id, three.id)).toBe(false);
    expect([...(await directory.findBlockersAmong(em, two.id, [one.id, three.id]))]).toEqual([one.id]);
    expect(await directory.listBlockersOf(em, two.id)).toEqual([one.id]);
  });

  it('knows contacts in their direction', async () => {
    const [one, two, three] = await chat.joinMany(3);
    await one.adds(two);
    const em = chat.database.read;
    expect([...(await directory.findContactsAmong(em, one.id, [two.id, three.id]))]).toEqual([two.id]);
    expect((await directory.findContactsAmong(em, two.id, [one.id])).size).toBe(0);
    expect((await directory.listContacts(em, one.id)).map((user) => user.username)).toEqual([two.username]);
  });

  it('lists revocations above an id that still bind', async () => {
    const insert = (expiresAt: number): Promise<void> =>
      chat.write(
        'INSERT INTO revocations (user_id, token_id, min_version, except_token_id, effective_at, expires_at, reason) VALUES (?, ?, NULL, NULL, ?, ?, ?)',
        [anna.id, 'jti', toDbTime(1_000), toDbTime(expiresAt), 'LOGOUT'],
      );
    for (const expiresAt of [5_000, 9_000, 9_001]) await insert(expiresAt);
    const rows = await directory.listRevocations(chat.database.read, 0, 5_000);
    expect(rows.map((row) => row.expiresAt)).toEqual([9_000, 9_001]);
    expect(rows[0]).toMatchObject({ userId: anna.id, tokenId: 'jti', effectiveAt: 1_000, reason: 'LOGOUT' });
    expect(await directory.listRevocations(chat.database.read, rows[0]!.id, 5_000)).toHaveLength(1);
  });
});
