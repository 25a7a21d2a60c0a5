import type { GroupDto, MessageDto } from '@app/contracts';
import type { Person } from '@app/testing';
import type { Audience, World } from './world.js';

/** Two users, and how the case puts them to each other. */
export interface Pair {
  readonly caller: Person;
  readonly target: Person;
  readonly audience: Audience;
}

/** Blocks between the two, where the case is about one. */
export async function applyBlock(name: string, caller: Person, target: Person): Promise<void> {
  if (name === 'blockedByTarget') await target.rest.ok('POST', `/api/blocks/${caller.id}`);
  if (name === 'blocksTarget') await caller.rest.ok('POST', `/api/blocks/${target.id}`);
}

export async function makePair(world: World, name: string): Promise<Pair> {
  const [caller, target] = await world.people(2);
  await applyBlock(name, caller!, target!);
  return { caller: caller!, target: target!, audience: { watch: [caller!, target!] } };
}

/** Two who have talked: `message` is the target's to the partner; the caller is the partner, the target (`owner`) or a stranger. */
export interface Talk extends Pair {
  readonly partner: Person;
  readonly message: MessageDto;
}

export async function makeTalk(world: World, name: string): Promise<Talk> {
  const [partner, target] = await world.people(2);
  const message = await target!.sendTo(partner!, 'a private word');
  await applyBlock(name, partner!, target!);
  const stranger = name === 'stranger' ? await world.person('stranger') : null;
  const caller = stranger ?? (name === 'owner' ? target! : partner!);
  return {
    caller,
    partner: partner!,
    target: target!,
    message,
    audience: { watch: [...new Set([partner!, target!, caller])] },
  };
}

/** A group: the owner, the target (who wrote `message`) and a member; the caller by the case. */
export interface Room {
  readonly caller: Person;
  readonly owner: Person;
  readonly member: Person;
  readonly target: Person;
  readonly group: GroupDto;
  readonly message: MessageDto;
  readonly audience: Audience;
}

export async function makeRoom(world: World, name: string): Promise<Room> {
  const [owner, member, target] = await world.people(3);
  const group = await makeGroup(owner!, [member!, target!]);
  const message = await target!.sendToGroup(group.id, 'a word to all');
  await applyBlock(name, member!, target!);
  const caller = await callerOf(world, name, { owner: owner!, member: member!, group });
  const members = [owner!, member!, target!];
  const watch = members.includes(caller) ? members : [...members, caller];
  const audience = { watch, members, groupId: group.id };
  return { caller, owner: owner!, member: member!, target: target!, group, message, audience };
}

const sharedRooms = new WeakMap<World, Map<string, Promise<Room>>>();

/** One room per case for all that changes nothing in it. */
export function shareRoom(world: World, name: string): Promise<Room> {
  const rooms = sharedRooms.get(world) ?? new Map<string, Promise<Room>>();
  sharedRooms.set(world, rooms);
  const room =
    rooms.get(name) ??
    makeRoom(world, name).then((made) => ({ ...made, audience: { ...made.audience, lasting: true } }));
  rooms.set(name, room);
  return room;
}

/** A group of the owner and these, who become contacts first. */
export async function makeGroup(owner: Person, members: readonly Person[]): Promise<GroupDto> {
  const group = await owner.rest.ok<GroupDto>('POST', '/api/groups', { name: 'a room' });
  if (members.length === 0) return group;
  await Promise.all(members.map((member) => owner.rest.ok('POST', `/api/contacts/${member.id}`)));
  const userIds = members.map((member) => member.id);
  return owner.rest.ok<GroupDto>('POST', `/api/groups/${group.id}/users`, { userIds });
}

async function callerOf(
  world: World,
  name: string,
  { owner, member, group }: { owner: Person; member: Person; group: GroupDto },
): Promise<Person> {
  if (name === 'owner') return owner;
  if (name === 'stranger') return world.person('stranger');
  if (name !== 'exMember') return member;
  const former = await world.person('former');
  await owner.rest.ok('POST', `/api/contacts/${former.id}`);
  await owner.rest.ok('POST', `/api/groups/${group.id}/users/${former.id}`);
  await former.rest.ok('DELETE', `/api/groups/${group.id}/users/${former.id}`);
  return former;
}

/** An account that has ended. */
export async function makeDeleted(world: World): Promise<Person> {
  const person = await world.person('gone');
  await person.rest.ok('DELETE', '/api/auth/profile', { password: person.password });
  return person;
}
