import type { GroupDto, LiveEvent, Page, PublicUserDto } from '@app/contracts';
import type { Person } from '@app/testing';
import { expect } from 'vitest';
import { makeGroup, makeRoom, type Room } from '../scenes.js';
import type { World } from '../world.js';
import { NOBODY, type RestCall, type RestRecipe, type RestRecipes } from './rest-call.js';

const GROUPS = '/api/groups';
const byId = (people: readonly Person[]): number[] => people.map(({ id }) => id).sort((a, b) => a - b);

const membersOf = (world: World, { id }: GroupDto): number[] =>
  world.database
    .rows<{ id: number }>(`SELECT user_id AS id FROM group_users WHERE group_id = ${id} ORDER BY user_id`)
    .map((row) => row.id);

interface StoredGroup {
  readonly name: string;
  readonly created_by: number;
}
const groupOf = (world: World, { id }: GroupDto): StoredGroup =>
  world.database.rows<StoredGroup>(`SELECT name, created_by FROM groups WHERE id = ${id}`)[0]!;

/** The change is stored, answered, and told to those who are in it. */
async function expectRoster(
  world: World,
  group: GroupDto,
  answered: GroupDto,
  members: readonly Person[],
): Promise<void> {
  expect([answered.id, answered.users.map(({ id }) => id), membersOf(world, group)]).toEqual([
    group.id,
    byId(members),
    byId(members),
  ]);
}

const createGroup: RestRecipe = async (world, name) => {
  const caller = await world.person();
  const other = await world.person();
  const bodies: Record<string, object> = {
    'no name': {},
    'name of 101 characters': { name: 'x'.repeat(101) },
    'id, createdBy and users in the body': { name: 'mine', id: 7, createdBy: other.id, users: [{ id: other.id }] },
  };
  return {
    caller,
    path: GROUPS,
    body: bodies[name] ?? { name: 'mine' },
    audience: { watch: [caller, other] },
    effect: async (answer) => {
      const group = answer.body as GroupDto;
      expect([group.name, group.createdBy, groupOf(world, group).created_by]).toEqual(['mine', caller.id, caller.id]);
      await expectRoster(world, group, group, [caller]);
    },
  };
};

const getGroup: RestRecipe = async (world, name) => {
  const { caller, owner, member, target, group, audience } = await makeRoom(world, name);
  return {
    caller,
    path: `${GROUPS}/${name === 'unknown group' ? NOBODY : group.id}`,
    audience,
    effect: async (answer) => expectRoster(world, group, answer.body as GroupDto, [owner, member, target]),
  };
};

const listMembers: RestRecipe = async (world, name) => {
  const { caller, owner, member, target, group, audience } = await makeRoom(world, name);
  return {
    caller,
    path: `${GROUPS}/${name === 'unknown group' ? NOBODY : group.id}/members`,
    audience,
    effect: (answer) =>
      expect((answer.body as Page<PublicUserDto>).content.map(({ id }) => id)).toEqual(byId([owner, member, target])),
  };
};

/** With a good token the owner may: so the cells without one pretend to be the owner. */
const asOwner = (name: string): string => (['stranger', 'related', 'exMember'].includes(name) ? name : 'owner');

const renameGroup: RestRecipe = async (world, name) => {
  const { caller, member, group, audience } = await makeRoom(world, asOwner(name));
  const tap = await world.tap(member, [group.id]);
  const forged = { createdBy: member.id, users: [], id: 1 };
  return {
    caller,
    path: `${GROUPS}/${name === 'unknown group' ? NOBODY : group.id}`,
    body: { name: name === 'blank name' ? '  ' : 'renamed', ...(name.startsWith('createdBy') ? forged : {}) },
    audience,
    effect: async (answer) => {
      expect(answer.body).toEqual({ ...group, name: 'renamed' });
      expect(groupOf(world, group)).toEqual({ name: 'renamed', created_by: group.createdBy });
      expect(await tap.find<LiveEvent>('/user/queue/events', ({ kind }) => kind === 'GROUP_RENAMED')).toBeDefined();
      tap.close();
    },
  };
};

/** Somebody to add: a contact of the owner's, unless the case is about that. */
async function newcomer(world: World, name: string, { owner }: Room): Promise<Person> {
  const person = await world.person('newcomer');
  if (name !== 'no contact of the owner') await owner.rest.ok('POST', `/api/contacts/${person.id}`);
  if (name === 'blockedByTarget') await person.rest.ok('POST', `/api/blocks/${owner.id}`);
  if (name === 'blocksTarget') await owner.rest.ok('POST', `/api/blocks/${person.id}`);
  return person;
}

async function addCall(
  world: World,
  name: string,
  toCall: (groupId: number, userId: number) => Pick<RestCall, 'path' | 'body'>,
): Promise<RestCall> {
  const room = await makeRoom(world, asOwner(name));
  const { caller, owner, member, target, group, audience } = room;
  const added = name === 'a member already' ? member : await newcomer(world, name, room);
  const tap = await world.tap(added);
  const call = toCall(name === 'unknown group' ? NOBODY : group.id, name === 'unknown user' ? NOBODY : added.id);
  return {
    caller,
    ...call,
    audience: { ...audience, watch: [...new Set([...audience.watch, added])], members: audience.members! },
    effect: async (answer) => {
      await expectRoster(world, group, answer.body as GroupDto, [...new Set([owner, member, target, added])]);
      if (added !== member)
        expect(await tap.find<LiveEvent>('/user/queue/events', ({ kind }) => kind === 'GROUP_ADDED')).toBeDefined();
      tap.close();
    },
  };
}

const addMember: RestRecipe = (world, name) =>
  addCall(world, name, (groupId, userId) => ({ path: `${GROUPS}/${groupId}/users/${userId}` }));

const addMembers: RestRecipe = async (world, name) => {
  const stranger = name === 'one of two no contact' ? await world.person() : null;
  return addCall(world, name, (groupId, userId) => ({
    path: `${GROUPS}/${groupId}/users`,
    body: { userIds: name === 'nobody' ? [] : [userId, ...(stranger ? [stranger.id] : [])] },
  }));
};

/** Who goes: another member, or whoever calls. */
const removeMember: RestRecipe = async (world, name) => {
  const leaves = ['related', 'the owner leaves while others remain', 'the owner leaves as the last'].includes(name);
  const asMember = name === 'related' || name === 'a member removes another';
  const room = await makeRoom(world, asMember ? 'related' : asOwner(name));
  const { owner, member, target, caller } = room;
  const alone = name === 'the owner leaves as the last';
  const group = alone ? await makeGroup(owner, []) : room.group;
  if (name === 'blockedByTarget') await target.rest.ok('POST', `/api/blocks/${owner.id}`);
  if (name === 'blocksTarget') await owner.rest.ok('POST', `/api/blocks/${target.id}`);
  const other = name === 'no member' ? await world.person() : target;
  const gone = leaves ? caller : other;
  const userId = name === 'unknown user' ? NOBODY : gone.id;
  return {
    caller,
    path: `${GROUPS}/${name === 'unknown group' ? NOBODY : group.id}/users/${userId}`,
    audience: room.audience,
    effect: async (answer) => {
      const left = (alone ? [owner] : [owner, member, target]).filter((person) => person !== gone);
      await expectRoster(world, group, answer.body as GroupDto, left);
      expect((await gone.rest.get(`${GROUPS}/${group.id}`)).status).toBe(403);
    },
  };
};

const transfer: RestRecipe = async (world, name) => {
  const { caller, owner, target, group, audience } = await makeRoom(world, asOwner(name));
  const heir = name === 'no member' ? await world.person() : target;
  const ids = [name === 'unknown group' ? NOBODY : group.id, name === 'unknown user' ? NOBODY : heir.id];
  return {
    caller,
    path: `${GROUPS}/${ids[0]}/owner/${ids[1]}`,
    audience,
    effect: async (answer) => {
      expect([(answer.body as GroupDto).createdBy, groupOf(world, group).created_by]).toEqual([target.id, target.id]);
      expect((await owner.rest.put(`${GROUPS}/${group.id}`, { name: 'no more' })).status).toBe(403);
    },
  };
};

export const GROUP_RECIPES: RestRecipes = {
  [`POST ${GROUPS}`]: createGroup,
  [`GET ${GROUPS}/{groupId}`]: getGroup,
  [`GET ${GROUPS}/{groupId}/members`]: listMembers,
  [`PUT ${GROUPS}/{groupId}`]: renameGroup,
  [`POST ${GROUPS}/{groupId}/users`]: addMembers,
  [`POST ${GROUPS}/{groupId}/users/{userId}`]: addMember,
  [`DELETE ${GROUPS}/{groupId}/users/{userId}`]: removeMember,
  [`POST ${GROUPS}/{groupId}/owner/{userId}`]: transfer,
};
