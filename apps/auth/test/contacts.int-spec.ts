import 'reflect-metadata';
import type { ContactDto, Page } from '@app/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuthFixture, outcome, type Answer, type Member } from './auth-fixture.js';

let auth: AuthFixture;
let ann: Member;
let bob: Member;
beforeAll(async () => {
  auth = await AuthFixture.start();
});
afterAll(() => auth.close());
beforeEach(async () => {
  [ann, bob] = [await auth.join(auth.freshName('ann')), await auth.join(auth.freshName('bob'))];
});

const list = async (query = ''): Promise<Page<ContactDto>> => {
  const answer = await ann.call<Page<ContactDto>>('GET', `/api/contacts${query}`);
  expect(outcome(answer)).toBe('200');
  return answer.body;
};
const names = async (query = ''): Promise<string[]> =>
  (await list(query)).content.map(({ contact }) => contact.username);

/** Both ways to add a contact, which must agree in everything. */
const WAYS: [string, (contact: Member) => Promise<Answer<ContactDto>>][] = [
  ['POST /api/contacts/{contactId}', (contact) => ann.call<ContactDto>('POST', `/api/contacts/${contact.id}`)],
  [
    'POST /api/contacts/by-username',
    (contact) =>
      ann.call<ContactDto>('POST', '/api/contacts/by-username', { username: contact.username.toUpperCase() }),
  ],
];

describe.each(WAYS)('%s', (_name, add) => {
  it('answers the entry, and the same one again', async () => {
    const answer = await add(bob);
    expect(outcome(answer)).toBe('200');
    expect(answer.body).toEqual({ id: expect.any(Number), user: ann.public, contact: bob.public });
    expect((await add(bob)).body).toEqual(answer.body);
    expect(await names()).toEqual([bob.username]);
  });

  it('makes one entry of 20 requests of the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => add(bob)));
    expect(new Set(answers.map((answer) => `${outcome(answer)} ${answer.body.id}`)).size).toBe(1);
    expect((await list()).totalElements).toBe(1);
  });

  it('refuses oneself with 400', async () => {
    expect(outcome(await add(ann))).toBe('400 SELF_TARGET');
  });

  it('refuses with 403 when the contact blocks the caller, also when it was on the list', async () => {
    const before = await add(bob);
    expect(outcome(before)).toBe('200');
    await bob.call('POST', `/api/blocks/${ann.id}`);
    expect(outcome(await add(bob))).toBe('403 BLOCKED');
    const cid = await auth.join();
    await cid.call('POST', `/api/blocks/${ann.id}`);
    expect(outcome(await add(cid))).toBe('403 BLOCKED');
    expect(await names()).toEqual([bob.username]);
  });

  it('takes one whom the caller blocks', async () => {
    await ann.call('POST', `/api/blocks/${bob.id}`);
    expect(outcome(await add(bob))).toBe('200');
  });

  it("puts nothing on the other's list", async () => {
    await add(bob);
    expect((await bob.call<Page<ContactDto>>('GET', '/api/contacts')).body.totalElements).toBe(0);
  });
});

describe('adding a contact', () => {
  it('answers 404 to who is not there', async () => {
    expect(outcome(await ann.call('POST', '/api/contacts/999999'))).toBe('404 NOT_FOUND');
    for (const username of ['nobody-here', 'a%', 'ann_', bob.email, ' ', 'x'.repeat(10_000)])
      expect(outcome(await ann.call('POST', '/api/contacts/by-username', { username }))).toBe('404 NOT_FOUND');
  });

  it('refuses what is no id and no name with 400', async () => {
    for (const id of ['0', '-1', '1e3', '9007199254740993', 'abc'])
      expect(outcome(await ann.call('POST', `/api/contacts/${id}`))).toBe('400 VALIDATION_FAILED');
    for (const body of [{}, { username: 0 }, { username: '' }, { username: null }, { username: ['x'] }, undefined])
      expect(outcome(await ann.call('POST', '/api/contacts/by-username', body))).toBe('400 VALIDATION_FAILED');
  });
});

describe('DELETE /api/contacts/{contactId}', () => {
  it('removes the entry; 404 when there is none', async () => {
    await ann.call('POST', `/api/contacts/${bob.id}`);
    const answer = await ann.call('DELETE', `/api/contacts/${bob.id}`);
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(await names()).toEqual([]);
    expect(outcome(await ann.call('DELETE', `/api/contacts/${bob.id}`))).toBe('404 NOT_FOUND');
  });

  it("cannot remove another's entry", async () => {
    await ann.call('POST', `/api/contacts/${bob.id}`);
    const cid = await auth.join();
    expect(outcome(await cid.call('DELETE', `/api/contacts/${bob.id}`))).toBe('404 NOT_FOUND');
    expect(outcome(await bob.call('DELETE', `/api/contacts/${ann.id}`))).toBe('404 NOT_FOUND');
    expect(await names()).toEqual([bob.username]);
  });

  it('works when the contact blocks the caller', async () => {
    await ann.call('POST', `/api/contacts/${bob.id}`);
    await bob.call('POST', `/api/blocks/${ann.id}`);
    expect(outcome(await ann.call('DELETE', `/api/contacts/${bob.id}`))).toBe('200');
  });

  it('refuses what is no id with 400', async () => {
    expect(outcome(await ann.call('DELETE', '/api/contacts/0'))).toBe('400 VALIDATION_FAILED');
  });
});

describe('GET /api/contacts', () => {
  it("lists the caller's own, oldest first, or by name", async () => {
    const contacts = [await auth.join('zoe'), await auth.join('Adam'), await auth.join('maria')];
    for (const contact of contacts) await ann.call('POST', `/api/contacts/${contact.id}`);
    expect(await names()).toEqual(['zoe', 'Adam', 'maria']);
    expect(await names('?sort=id,desc')).toEqual(['maria', 'Adam', 'zoe']);
    expect(await names('?sort=contact.username')).toEqual(['Adam', 'maria', 'zoe']);
    expect(await names('?sort=contact.username,desc')).toEqual(['zoe', 'maria', 'Adam']);
    expect(await names('?q=AD')).toEqual(['Adam']);
    expect(await names('?q=a_')).toEqual([]);
    expect(await names('?q=%25')).toEqual([]);
    expect(await names('?q=')).toEqual(['zoe', 'Adam', 'maria']);
    expect((await list()).content[0]).toEqual({
      id: expect.any(Number),
      user: ann.public,
      contact: contacts[0]!.public,
    });
  });

  it('answers pages of at most 100, and the default for what is no number', async () => {
    const rows = Array.from(
      { length: 101 },
      (_, index) => `('filler${String(index).padStart(3, '0')}', 'x', '2026-01-01')`,
    );
    await auth.database.writer.query(`INSERT INTO users (username, password, created_at) VALUES ${rows.join(', ')}`);
    await auth.database.writer.query(
      "INSERT INTO contacts (user_id, contact_id) SELECT ?, id FROM users WHERE username LIKE 'filler%'",
      [ann.id],
    );
    expect(await list('?size=1')).toMatchObject({ size: 1, numberOfElements: 1, totalElements: 101, totalPages: 101 });
    expect(await list('?size=100')).toMatchObject({ size: 100, numberOfElements: 100 });
    expect(await list('?size=101')).toMatchObject({ size: 100, numberOfElements: 100, totalPages: 2 });
    for (const query of ['', '?size=0', '?size=-1', '?size=[object%20Object]', '?page=-1', '?page=x'])
      expect(await list(query)).toMatchObject({ size: 20, number: 0, numberOfElements: 20 });
    expect(await list('?size=100&page=1')).toMatchObject({ numberOfElements: 1, last: true, first: false });
    expect(await list('?q=filler09')).toMatchObject({ totalElements: 10 });
  });

  it('refuses other sort fields and a filter that is no text with 400', async () => {
    for (const query of ['?sort=contact.password', '?sort=id,up', '?sort=user.email,asc', '?q=a&q=b'])
      expect(outcome(await ann.call('GET', `/api/contacts${query}`))).toBe('400 VALIDATION_FAILED');
  });
});
