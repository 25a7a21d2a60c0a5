import type { GroupDto } from '@app/contracts';
import type { Person } from '@app/testing';
import { expect } from 'vitest';
import { Cases, NOBODY, NO_ID, NO_TEXT, type CaseRequest, type ContractCase, type Values } from './contract-case.js';
import type { Cast } from './cast.js';
import { pageCases } from './page-values.js';

const GROUPS = '/api/groups';
const NAMES: Values = {
  good: { '1 character': 'x', '100 characters': 'x'.repeat(100), emoji: '😀 room', 'spaces around': ' a ' },
  bad: {
    empty: '',
    '101 characters': 'x'.repeat(101),
    blank: '   ',
    'a line end': 'a\nb',
    NUL: 'a\u0000',
    'only an override': '\u202e',
    ...NO_TEXT,
  },
};

const create = new Cases(`POST ${GROUPS}`)
  .takes('name', ({ stranger }, name) => ({ as: stranger, body: { name } }), NAMES)
  .allows(
    'overrides of direction are taken out',
    ({ stranger }) => ({ as: stranger, body: { name: 'a\u202eb' } }),
    ({ body }) => expect((body as GroupDto).name).toBe('ab'),
  )
  .allows(
    'anything else has no effect',
    ({ stranger, alice }) => ({ as: stranger, body: { name: 'x', id: 1, createdBy: alice.id, users: [alice.id] } }),
    ({ body }, { as }) => expect(body).toMatchObject({ createdBy: as!.id, users: [{ id: as!.id }] }),
  );

const rename = new Cases(`PUT ${GROUPS}/{groupId}`)
  .takes('name', ({ alice, group }, name) => ({ as: alice, params: [group.id], body: { name } }), NAMES)
  .refuses('a member', '403 FORBIDDEN', ({ bob, group }) => ({ as: bob, params: [group.id], body: { name: 'x' } }))
  .refuses('a stranger', '403 NOT_A_MEMBER', ({ stranger, group }) => ({
    as: stranger,
    params: [group.id],
    body: { name: 'x' },
  }))
  .refuses('no group', '404 NOT_FOUND', ({ alice }) => ({ as: alice, params: [NOBODY], body: { name: 'x' } }));

const reading = (operation: string): Cases =>
  new Cases(operation)
    .allows('the creator', ({ alice, group }) => ({ as: alice, params: [group.id] }))
    .allows('a member', ({ bob, group }) => ({ as: bob, params: [group.id] }))
    .refuses('a stranger', '403 NOT_A_MEMBER', ({ stranger, group }) => ({ as: stranger, params: [group.id] }))
    .refuses('no group', '404 NOT_FOUND', ({ alice }) => ({ as: alice, params: [NOBODY] }));
const members = reading(`GET ${GROUPS}/{groupId}/members`);
pageCases(members, ({ alice, group }, query) => ({ as: alice, params: [group.id], query: `?${query}` }), [
  'id',
  'username',
]);

interface Room {
  readonly owner: Person;
  readonly group: GroupDto;
}
async function makeRoom({ system, bob }: Cast): Promise<Room> {
  const owner = await system.person();
  return { owner, group: await owner.makeGroup('a room', [bob]) };
}
type RoomCase = (cast: Cast, room: Room) => CaseRequest | Promise<CaseRequest>;
const inRoom =
  (make: RoomCase) =>
  async (cast: Cast): Promise<CaseRequest> =>
    make(cast, await makeRoom(cast));

const addOne = new Cases(`POST ${GROUPS}/{groupId}/users/{userId}`)
  .allows(
    'a contact',
    inRoom(async ({ alice }, { owner, group }) => {
      await owner.rest.ok('POST', `/api/contacts/${alice.id}`);
      return { as: owner, params: [group.id, alice.id] };
    }),
  )
  .allows('a member', ({ alice, bob, group }) => ({ as: alice, params: [group.id, bob.id] }))
  .refuses('no contact', '400 NOT_A_CONTACT', ({ alice, stranger, group }) => ({
    as: alice,
    params: [group.id, stranger.id],
  }))
  .refuses('a blocker', '403 BLOCKED', ({ alice, blocker, group }) => ({ as: alice, params: [group.id, blocker.id] }))
  .refuses('by a member', '403 FORBIDDEN', ({ bob, stranger, group }) => ({ as: bob, params: [group.id, stranger.id] }))
  .refuses('by a stranger', '403 NOT_A_MEMBER', ({ bob, stranger, group }) => ({
    as: stranger,
    params: [group.id, bob.id],
  }))
  .refuses('nobody', '404 NOT_FOUND', ({ alice, group }) => ({ as: alice, params: [group.id, NOBODY] }))
  .refuses('a deleted user', '404 NOT_FOUND', ({ alice, deleted, group }) => ({
    as: alice,
    params: [group.id, deleted.id],
  }))
  .refuses('to no group', '404 NOT_FOUND', ({ alice, bob }) => ({ as: alice, params: [NOBODY, bob.id] }));

const adding = ({ alice, group }: Cast, userIds: unknown): CaseRequest => ({
  as: alice,
  params: [group.id],
  body: { userIds },
});
const wrapped = Object.fromEntries(Object.entries(NO_ID).map(([name, value]) => [`${name} inside`, [value]]));
const addMany = new Cases(`POST ${GROUPS}/{groupId}/users`)
  .allows('a member, 100 times', (cast) =>
    adding(
      cast,
      Array.from({ length: 100 }, () => cast.bob.id),
    ),
  )
  .allows(
    'two contacts',
    inRoom(async ({ alice, stranger }, { owner, group }) => {
      for (const { id } of [alice, stranger]) await owner.rest.ok('POST', `/api/contacts/${id}`);
      return { as: owner, params: [group.id], body: { userIds: [alice.id, stranger.id] } };
    }),
    ({ body }) => expect((body as GroupDto).users).toHaveLength(4),
  )
  .takes('userIds', adding, {
    good: {},
    bad: {
      none: [],
      '101': Array.from({ length: 101 }, () => 1),
      missing: undefined,
      null: null,
      'a text': '1',
      'null inside': [null],
      ...wrapped,
    },
  })
  .refuses('one of two no contact', '400 NOT_A_CONTACT', (cast) => adding(cast, [cast.bob.id, cast.stranger.id]))
  .refuses('one of two unknown', '404 NOT_FOUND', (cast) => adding(cast, [cast.bob.id, NOBODY]))
  .refuses('a blocker', '403 BLOCKED', (cast) => adding(cast, [cast.blocker.id]))
  .refuses('by a member', '403 FORBIDDEN', ({ bob, stranger, group }) => ({
    as: bob,
    params: [group.id],
    body: { userIds: [stranger.id] },
  }))
  .refuses('by a stranger', '403 NOT_A_MEMBER', ({ bob, stranger, group }) => ({
    as: stranger,
    params: [group.id],
    body: { userIds: [bob.id] },
  }))
  .refuses('to no group', '404 NOT_FOUND', ({ alice, bob }) => ({
    as: alice,
    params: [NOBODY],
    body: { userIds: [bob.id] },
  }));

const remove = new Cases(`DELETE ${GROUPS}/{groupId}/users/{userId}`)
  .allows(
    'the creator a member',
    inRoom(({ bob }, { owner, group }) => ({ as: owner, params: [group.id, bob.id] })),
    ({ body }) => expect((body as GroupDto).users).toHaveLength(1),
  )
  .allows(
    'a member itself',
    inRoom(({ bob }, { group }) => ({ as: bob, params: [group.id, bob.id] })),
  )
  .allows(
    'the creator as the last',
    inRoom(async ({ bob }, { owner, group }) => {
      await bob.rest.ok('DELETE', `${GROUPS}/${group.id}/users/${bob.id}`);
      return { as: owner, params: [group.id, owner.id] };
    }),
    ({ body }) => expect((body as GroupDto).users).toEqual([]),
  )
  .refuses('the creator before the others', '409 CREATOR_MUST_TRANSFER', ({ alice, group }) => ({
    as: alice,
    params: [group.id, alice.id],
  }))
  .refuses('a member another', '403 FORBIDDEN', ({ bob, alice, group }) => ({ as: bob, params: [group.id, alice.id] }))
  .refuses('a stranger', '403 NOT_A_MEMBER', ({ stranger, bob, group }) => ({
    as: stranger,
    params: [group.id, bob.id],
  }))
  .refuses('no member', '404 NOT_FOUND', ({ alice, stranger, group }) => ({
    as: alice,
    params: [group.id, stranger.id],
  }))
  .refuses('nobody', '404 NOT_FOUND', ({ alice, group }) => ({ as: alice, params: [group.id, NOBODY] }))
  .refuses('from no group', '404 NOT_FOUND', ({ alice, bob }) => ({ as: alice, params: [NOBODY, bob.id] }));

const transfer = new Cases(`POST ${GROUPS}/{groupId}/owner/{userId}`)
  .allows(
    'to a member',
    inRoom(({ bob }, { owner, group }) => ({ as: owner, params: [group.id, bob.id] })),
    ({ body }, { params }) => expect((body as GroupDto).createdBy).toBe(params![1]),
  )
  .allows('to oneself', ({ alice, group }) => ({ as: alice, params: [group.id, alice.id] }))
  .refuses('to no member', '400 BAD_REQUEST', ({ alice, stranger, group }) => ({
    as: alice,
    params: [group.id, stranger.id],
  }))
  .refuses('to nobody', '404 NOT_FOUND', ({ alice, group }) => ({ as: alice, params: [group.id, NOBODY] }))
  .refuses('by a member', '403 FORBIDDEN', ({ bob, group }) => ({ as: bob, params: [group.id, bob.id] }))
  .refuses('by a stranger', '403 NOT_A_MEMBER', ({ stranger, bob, group }) => ({
    as: stranger,
    params: [group.id, bob.id],
  }))
  .refuses('of no group', '404 NOT_FOUND', ({ alice, bob }) => ({ as: alice, params: [NOBODY, bob.id] }));

export const GROUP_CASES: readonly ContractCase[] = [
  create,
  reading(`GET ${GROUPS}/{groupId}`),
  rename,
  members,
  addOne,
  addMany,
  remove,
  transfer,
].flatMap(({ all }) => all);
