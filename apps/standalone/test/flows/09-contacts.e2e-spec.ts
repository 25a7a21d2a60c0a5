import { Person } from '@app/testing';
import type { ContactDto, Page } from '@app/contracts';
import { beforeAll, describe, expect, inject, it } from 'vitest';

const urls = inject('urls');

describe('flow 9: contacts', () => {
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    [alice, bob] = [await Person.join(urls, 'alice'), await Person.join(urls, 'bob')];
  });

  it('adds, adds again, lists and removes', async () => {
    const added = await alice.rest.ok<ContactDto>('POST', `/api/contacts/${bob.id}`);
    expect(added.user).toEqual({ id: alice.id, username: alice.username, profilePictureUrl: null, about: null });
    expect(added.contact).toEqual({ id: bob.id, username: bob.username, profilePictureUrl: null, about: null });
    expect(await alice.rest.ok('POST', `/api/contacts/${bob.id}`)).toEqual(added);
    expect(await alice.rest.ok('POST', '/api/contacts/by-username', { username: bob.username })).toEqual(added);
    const page = await alice.rest.ok<Page<ContactDto>>('GET', '/api/contacts?page=0&size=10&sort=contact.username,asc');
    expect(page).toMatchObject({ content: [added], totalElements: 1, first: true, last: true, empty: false, size: 10 });
    const gone = await alice.rest.delete(`/api/contacts/${bob.id}`);
    expect([gone.status, gone.body]).toEqual([200, null]);
    expect((await alice.rest.delete(`/api/contacts/${bob.id}`)).status).toBe(404);
  });

  it('refuses oneself, nobody, and someone who blocked the caller', async () => {
    expect((await alice.rest.post(`/api/contacts/${alice.id}`)).status).toBe(400);
    expect((await alice.rest.post('/api/contacts/9007199254740991')).status).toBe(404);
    await bob.rest.ok('POST', `/api/blocks/${alice.id}`);
    expect((await alice.rest.post(`/api/contacts/${bob.id}`)).status).toBe(403);
  });
});
