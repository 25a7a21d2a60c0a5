import type { Page, PublicUserDto, StatusDto } from '@app/contracts';
import { expect } from 'vitest';
import { Cases, NOBODY, NO_ID, NO_TEXT, type CaseRequest, type ContractCase } from './contract-case.js';
import type { Cast } from './cast.js';
import { pageCases } from './page-values.js';

const about = (cast: Cast, id: number): CaseRequest => ({ as: cast.alice, params: [id] });

const addContact = new Cases('POST /api/contacts/{contactId}')
  .allows('somebody', async ({ system, bob }) => ({ as: await system.person(), params: [bob.id] }))
  .allows('somebody again', (cast) => about(cast, cast.bob.id))
  .refuses('oneself', '400 SELF_TARGET', (cast) => about(cast, cast.alice.id))
  .refuses('nobody', '404 NOT_FOUND', (cast) => about(cast, NOBODY))
  .refuses('a deleted user', '404 NOT_FOUND', (cast) => about(cast, cast.deleted.id))
  .refuses('somebody who blocks the caller', '403 BLOCKED', (cast) => about(cast, cast.blocker.id));

const byName = ({ alice }: Cast, username: unknown): CaseRequest => ({ as: alice, body: { username } });
const addByName = new Cases('POST /api/contacts/by-username')
  .allows('somebody in other case', (cast) => byName(cast, cast.bob.username.toUpperCase()))
  .takes('username', byName, { good: {}, bad: { empty: '', ...NO_TEXT } })
  .refuses('oneself', '400 SELF_TARGET', (cast) => byName(cast, cast.alice.username))
  .refuses('nobody', '404 NOT_FOUND', (cast) => byName(cast, 'nobody-at-all'))
  .refuses('a name that none can be', '404 NOT_FOUND', (cast) => byName(cast, "' OR 1=1 --"))
  .refuses('somebody who blocks the caller', '403 BLOCKED', (cast) => byName(cast, cast.blocker.username));

const removeContact = new Cases('DELETE /api/contacts/{contactId}')
  .allows('a contact', async ({ system, bob }) => {
    const person = await system.person();
    await person.rest.ok('POST', `/api/contacts/${bob.id}`);
    return { as: person, params: [bob.id] };
  })
  .refuses('no contact', '404 NOT_FOUND', (cast) => about(cast, cast.stranger.id))
  .refuses('nobody', '404 NOT_FOUND', (cast) => about(cast, NOBODY));

const listContacts = new Cases('GET /api/contacts')
  .allows(
    'by the beginning of a name',
    ({ alice, bob }) => ({ as: alice, query: `?q=${bob.username.slice(0, 5)}` }),
    ({ body }) => expect((body as Page<unknown>).totalElements).toBe(1),
  )
  .allows(
    'a wildcard is none',
    ({ alice }) => ({ as: alice, query: '?q=%25' }),
    ({ body }) => expect((body as Page<unknown>).totalElements).toBe(0),
  )
  .takes('q', ({ alice }) => ({ as: alice, query: '?q=a&q=b' }), { good: {}, bad: { twice: '' } });
pageCases(listContacts, ({ alice }, query) => ({ as: alice, query: `?${query}` }), ['id', 'contact.username']);

const block = new Cases('POST /api/blocks/{blockedUserId}')
  .allows('somebody', async ({ system, bob }) => ({ as: await system.person(), params: [bob.id] }))
  .allows('somebody again', ({ blocker, alice }) => ({ as: blocker, params: [alice.id] }))
  .refuses('oneself', '400 SELF_TARGET', (cast) => about(cast, cast.alice.id))
  .refuses('nobody', '404 NOT_FOUND', (cast) => about(cast, NOBODY))
  .refuses('a deleted user', '404 NOT_FOUND', (cast) => about(cast, cast.deleted.id));

const unblock = new Cases('DELETE /api/blocks/{blockedUserId}')
  .allows('a block of one’s own', async ({ system, bob }) => {
    const person = await system.person();
    await person.rest.ok('POST', `/api/blocks/${bob.id}`);
    return { as: person, params: [bob.id] };
  })
  .refuses('no block', '404 NOT_FOUND', (cast) => about(cast, cast.bob.id))
  .refuses('the other’s block', '404 NOT_FOUND', (cast) => about(cast, cast.blocker.id));

const listBlocks = new Cases('GET /api/blocks');
pageCases(listBlocks, ({ blocker }, query) => ({ as: blocker, query: `?${query}` }), ['id', 'blockedUser.username']);

const asking = ({ alice }: Cast, userIds: unknown): CaseRequest => ({ as: alice, body: { userIds } });
const ids = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const status = new Cases('POST /api/users/status')
  .allows(
    'known and unknown',
    (cast) => asking(cast, [cast.bob.id, NOBODY]),
    ({ body }, { body: asked }) => {
      const [known] = (asked as { userIds: number[] }).userIds;
      const { status: told } = body as StatusDto;
      expect(Object.keys(told).toSorted()).toEqual([String(known), String(NOBODY)].toSorted());
      expect([told[String(known)]!.replace(/^\d{13}$/, 'offline'), told[String(NOBODY)]]).toEqual([
        'offline',
        'offline',
      ]);
    },
  )
  .takes('userIds', asking, {
    good: { none: [], 'one twice': [1, 1], '100': ids(100) },
    bad: {
      '101': ids(101),
      missing: undefined,
      null: null,
      'a text': '1',
      'an object': {},
      'null inside': [null],
      ...wrap(NO_ID),
    },
  });

function wrap(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name} inside`, [value]]));
}

const profilesOnly = (users: readonly PublicUserDto[]): void => {
  for (const user of users)
    expect(Object.keys(user).toSorted()).toEqual(['about', 'id', 'profilePictureUrl', 'username']);
};
const NO_SEARCH = {
  'one character': '?q=a',
  empty: '?q=',
  missing: '',
  twice: '?q=ab&q=cd',
  'as an object': '?q[x]=ab',
};
const search = new Cases('GET /api/users/search')
  .allows(
    '2 characters',
    ({ alice }) => ({ as: alice, query: '?q=p-' }),
    ({ body }) => profilesOnly((body as Page<PublicUserDto>).content),
  )
  .allows(
    'never by address',
    ({ alice, bob }) => ({ as: alice, query: `?q=${encodeURIComponent(bob.email)}` }),
    ({ body }) => expect((body as Page<unknown>).totalElements).toBe(0),
  )
  .allows(
    'wildcards are none',
    ({ alice }) => ({ as: alice, query: '?q=%25%25' }),
    ({ body }) => expect((body as Page<unknown>).totalElements).toBe(0),
  )
  .allows(
    'not who blocks the caller',
    ({ alice, blocker }) => ({ as: alice, query: `?q=${blocker.username}` }),
    ({ body }) => expect((body as Page<unknown>).totalElements).toBe(0),
  )
  .takes('q', ({ alice }, query) => ({ as: alice, query: query as string }), { good: {}, bad: NO_SEARCH });
pageCases(search, ({ alice }, query) => ({ as: alice, query: `?q=p-&${query}` }), ['username', 'id']);

const getUser = new Cases('GET /api/users/{id}')
  .allows(
    'somebody',
    (cast) => about(cast, cast.bob.id),
    ({ body }) => profilesOnly([body as PublicUserDto]),
  )
  .refuses('nobody', '404 NOT_FOUND', (cast) => about(cast, NOBODY))
  .refuses('a deleted user', '404 NOT_FOUND', (cast) => about(cast, cast.deleted.id))
  .refuses('somebody who blocks the caller', '404 NOT_FOUND', (cast) => about(cast, cast.blocker.id));

const chatSearch = new Cases('GET /api/chat/users/search')
  .allows(
    '2 characters, at most 20',
    ({ alice }) => ({ as: alice, query: '?q=p-' }),
    ({ body }) => {
      profilesOnly(body as PublicUserDto[]);
      expect((body as unknown[]).length).toBeLessThanOrEqual(20);
    },
  )
  .takes('q', ({ alice }, query) => ({ as: alice, query: query as string }), { good: {}, bad: NO_SEARCH });

const online = new Cases('GET /api/chat/users/online').allows('everybody', ({ alice }) => ({ as: alice }));

export const PEOPLE_CASES: readonly ContractCase[] = [
  addContact,
  addByName,
  removeContact,
  listContacts,
  block,
  unblock,
  listBlocks,
  status,
  search,
  getUser,
  chatSearch,
  online,
].flatMap(({ all }) => all);
