import type { BlockDto, ContactDto, Page, PublicUserDto, StatusDto } from '@app/contracts';
import type { Person, WireAnswer } from '@app/testing';
import { expect } from 'vitest';
import { makeDeleted, makePair } from '../scenes.js';
import type { World } from '../world.js';
import { NOBODY, type RestRecipe, type RestRecipes } from './rest-call.js';

const profileOf = ({ id, username }: Person): PublicUserDto => ({ id, username, profilePictureUrl: null, about: null });
type Entry = { readonly id: number };

const entriesOf = (world: World, table: 'contacts' | 'blocks', { id }: Person): number[] => {
  const other = table === 'contacts' ? 'contact_id' : 'blocked_user_id';
  return world.database
    .rows<{ id: number }>(`SELECT ${other} AS id FROM ${table} WHERE user_id = ${id} ORDER BY id`)
    .map((row) => row.id);
};

/** The id that a case names instead of the target's. */
async function namedIn(
  world: World,
  name: string,
  caller: Person,
  target: Person,
): Promise<Pick<Person, 'id' | 'username'>> {
  if (name === 'oneself') return caller;
  if (name === 'unknown user') return { id: NOBODY, username: 'nobody-at-all' };
  return name === 'deleted user' ? makeDeleted(world) : target;
}

/** Adding a contact, by id or by name: with `related` it was one before. */
const addContact =
  (byName: boolean): RestRecipe =>
  async (world, name) => {
    const { caller, target, audience } = await makePair(world, name);
    const before = name === 'related' ? await caller.rest.ok<Entry>('POST', `/api/contacts/${target.id}`) : null;
    const named = await namedIn(world, name, caller, target);
    return {
      caller,
      path: byName ? '/api/contacts/by-username' : `/api/contacts/${named.id}`,
      ...(byName ? { body: { username: named.username } } : {}),
      audience,
      effect: (answer) => {
        const added = answer.body as ContactDto;
        expect(added).toEqual({ id: before?.id ?? added.id, user: profileOf(caller), contact: profileOf(target) });
        expect(entriesOf(world, 'contacts', caller)).toEqual([target.id]);
        expect(entriesOf(world, 'contacts', target)).toEqual([]);
      },
    };
  };

const removeContact: RestRecipe = async (world, name) => {
  const { caller, target, audience } = await makePair(world, 'related');
  await target.rest.ok('POST', `/api/contacts/${caller.id}`);
  if (name !== 'stranger') await caller.rest.ok('POST', `/api/contacts/${target.id}`);
  if (name === 'blockedByTarget') await target.rest.ok('POST', `/api/blocks/${caller.id}`);
  if (name === 'blocksTarget') await caller.rest.ok('POST', `/api/blocks/${target.id}`);
  return {
    caller,
    path: `/api/contacts/${target.id}`,
    audience,
    effect: () => {
      expect(entriesOf(world, 'contacts', caller)).toEqual([]);
      expect(entriesOf(world, 'contacts', target)).toEqual([caller.id]);
    },
  };
};

const listContacts: RestRecipe = async (world, name) => {
  const { caller, target, audience } = await makePair(world, name);
  await caller.rest.ok('POST', `/api/contacts/${target.id}`);
  const stranger = await world.person();
  await stranger.rest.ok('POST', `/api/contacts/${target.id}`);
  return {
    caller,
    path: `/api/contacts?size=1000${name === 'sort by a field not offered' ? '&sort=contact.password' : ''}`,
    audience,
    effect: (answer) => {
      const { content, size } = answer.body as Page<ContactDto>;
      expect([content.map(({ user, contact }) => [user.id, contact.id]), size]).toEqual([
        [[caller.id, target.id]],
        100,
      ]);
    },
  };
};

const block: RestRecipe = async (world, name) => {
  const { caller, target, audience } = await makePair(world, name);
  const before = name === 'related' ? await caller.rest.ok<Entry>('POST', `/api/blocks/${target.id}`) : null;
  const named = await namedIn(world, name, caller, target);
  return {
    caller,
    path: `/api/blocks/${named.id}`,
    audience,
    effect: async (answer) => {
      const made = answer.body as BlockDto;
      expect(made).toEqual({ id: before?.id ?? made.id, user: profileOf(caller), blockedUser: profileOf(target) });
      expect(entriesOf(world, 'blocks', caller)).toEqual([target.id]);
      const next = await target.rest.post('/api/chat/messages', { receiver: { id: caller.id }, content: 'x' });
      expect(next.status).toBe(403);
    },
  };
};

const unblock: RestRecipe = async (world, name) => {
  const { caller, target, audience } = await makePair(world, name);
  if (!['stranger', 'blockedByTarget'].includes(name)) await caller.rest.ok('POST', `/api/blocks/${target.id}`);
  return {
    caller,
    path: `/api/blocks/${target.id}`,
    audience,
    effect: async () => {
      expect(entriesOf(world, 'blocks', caller)).toEqual([]);
      await target.sendTo(caller, 'again');
    },
  };
};

const listBlocks: RestRecipe = async (world, name) => {
  const { caller, target, audience } = await makePair(world, name);
  await caller.rest.ok('POST', `/api/blocks/${target.id}`);
  await target.rest.ok('POST', `/api/blocks/${caller.id}`);
  return {
    caller,
    path: '/api/blocks',
    audience,
    effect: (answer) => {
      const { content } = answer.body as Page<BlockDto>;
      expect(content.map(({ user, blockedUser }) => [user.id, blockedUser.id])).toEqual([[caller.id, target.id]]);
    },
  };
};

const getStatus: RestRecipe = async (world, name) => {
  const { caller, target, audience } = await makePair(world, name);
  const tap = await world.tap(target);
  const ids: Record<string, unknown[]> = {
    '101 ids': Array.from({ length: 101 }, (_, i) => i + 1),
    'null for an id': [null],
    'unknown user': [NOBODY],
  };
  const userIds = ids[name] ?? [target.id];
  const expected = name === 'blockedByTarget' || name === 'unknown user' ? 'offline' : 'online';
  return {
    caller,
    path: '/api/users/status',
    body: { userIds },
    audience,
    effect: (answer) => {
      tap.close();
      expect(answer.body as StatusDto).toEqual({ status: { [String(userIds[0])]: expected } });
    },
  };
};

/** Searching by the target's name, answered as a page or as a list. */
const search =
  (path: string, usersIn: (answer: WireAnswer) => readonly PublicUserDto[]): RestRecipe =>
  async (world, name) => {
    const { caller, target, audience } = await makePair(world, name);
    if (name === 'related') await caller.rest.ok('POST', `/api/contacts/${target.id}`);
    const expected = name === 'blockedByTarget' ? [] : [profileOf(target)];
    return {
      caller,
      path: `${path}?q=${name === 'q of one character' ? 'a' : target.username}`,
      audience,
      effect: (answer) => expect(usersIn(answer)).toEqual(expected),
    };
  };

const getUser: RestRecipe = async (world, name) => {
  const { caller, target, audience } = await makePair(world, name);
  const named = await namedIn(world, name, caller, target);
  const effect = ({ body }: WireAnswer): void => expect(body).toEqual(profileOf(target));
  return { caller, path: `/api/users/${named.id}`, audience, effect };
};

const listOnline: RestRecipe = async (world, name) => {
  const { caller, target, audience } = await makePair(world, name);
  const tap = await world.tap(target);
  return {
    caller,
    path: '/api/chat/users/online',
    audience,
    effect: (answer) => {
      tap.close();
      expect((answer.body as string[]).includes(target.username)).toBe(name !== 'blockedByTarget');
    },
  };
};

export const PEOPLE_RECIPES: RestRecipes = {
  'POST /api/contacts/{contactId}': addContact(false),
  'POST /api/contacts/by-username': addContact(true),
  'DELETE /api/contacts/{contactId}': removeContact,
  'GET /api/contacts': listContacts,
  'POST /api/blocks/{blockedUserId}': block,
  'DELETE /api/blocks/{blockedUserId}': unblock,
  'GET /api/blocks': listBlocks,
  'POST /api/users/status': getStatus,
  'GET /api/users/search': search('/api/users/search', (answer) => (answer.body as Page<PublicUserDto>).content),
  'GET /api/users/{id}': getUser,
  'GET /api/chat/users/search': search('/api/chat/users/search', ({ body }) => body as PublicUserDto[]),
  'GET /api/chat/users/online': listOnline,
};
