import type { ChatMessage, TypingNotification } from '@app/contracts';
import type { Person } from '@app/testing';
import { expect } from 'vitest';
import { makePair, makeRoom, shareRoom, type Room } from '../scenes.js';
import type { Seen } from '../tap.js';
import type { World } from '../world.js';
import { sendFrame, type FrameCall, type StompRecipe, type StompRecipes } from './stomp-call.js';

const REPLY = '/user/queue/reply';
const NOBODY = 'nobody-at-all';
const NO_GROUP = 9_007_199_254_740_991;

interface Parties {
  readonly caller: Person;
  readonly target: Person;
  /** Sees nothing of what the two do. */
  readonly bystander: Person;
}

async function makeParties(world: World, name: string): Promise<Parties & Pick<FrameCall, 'audience'>> {
  const { caller, target } = await makePair(world, name);
  if (name === 'related') await caller.rest.ok('POST', `/api/contacts/${target.id}`);
  const bystander = await world.person('bystander');
  return { caller, target, bystander, audience: { watch: [caller, target, bystander] } };
}

/** The body of a private SEND by case; `receiver` as the destination wants it. */
function privateBody(
  name: string,
  { caller, target }: Parties,
  receiver: (person: Pick<Person, 'username'>) => unknown,
): unknown {
  const ordinary = { receiver: receiver(target), content: 'a word' };
  const forged = {
    sender: { id: target.id, username: target.username },
    type: 'CHAT',
    id: 1,
    seq: 99,
    status: 'READ',
    timestamp: '2000-01-01T00:00:00.000Z',
  };
  const bodies: Record<string, unknown> = {
    'to oneself': { ...ordinary, receiver: receiver(caller) },
    'unknown receiver': { ...ordinary, receiver: receiver({ username: NOBODY }) },
    'empty content': { ...ordinary, content: '' },
    'both targets': { ...ordinary, groupId: 1 },
    'no JSON': '{"receiver":',
    'forged sender, id, seq and timestamp': { ...ordinary, ...forged },
    'forged sender and type': { ...ordinary, sender: target.username, type: 'JOIN' },
    'clientMsgId with other content': { ...ordinary, clientMsgId: 'once' },
  };
  return bodies[name] ?? ordinary;
}

interface Stored {
  readonly id: number;
  readonly sender_id: number;
  readonly seq: number;
}
const storedSince = (world: World, afterId: number): Stored[] =>
  world.database.rows(
    `SELECT id, sender_id, seq FROM messages WHERE id > ${afterId} AND content = 'a word' ORDER BY id`,
  );
const lastId = (world: World): number =>
  world.database.rows<{ id: number | null }>('SELECT max(id) AS id FROM messages')[0]!.id ?? 0;

const messageFrom = (caller: Person): Record<string, unknown> => {
  const message: unknown = expect.objectContaining({
    content: 'a word',
    sender: { id: caller.id, username: caller.username },
    type: 'CHAT',
    status: 'DELIVERED',
  });
  return message as Record<string, unknown>;
};
const sentEvent = (caller: Person): Seen => ({
  destination: '/user/queue/events',
  body: { kind: 'MESSAGE_SENT', message: messageFrom(caller) },
});

/** The RECEIPT has come: the row is there. */
const expectStored = (world: World, before: number, caller: Person) => (): Promise<void> => {
  expect(storedSince(world, before).map((row) => row.sender_id)).toEqual([caller.id]);
  return Promise.resolve();
};

const sendPrivate: StompRecipe = async (world, name) => {
  const parties = await makeParties(world, name);
  const { caller, target, audience } = parties;
  if (name.startsWith('clientMsgId')) await caller.sendTo(target, 'first', 'once');
  const before = lastId(world);
  const byName = ({ username }: Pick<Person, 'username'>): unknown => ({ username });
  return {
    caller,
    frames: [sendFrame('/app/chat.send', privateBody(name, parties, byName))],
    audience,
    sees: new Map([
      [target, [{ destination: REPLY, body: messageFrom(caller) }]],
      [caller, [sentEvent(caller)]],
    ]),
    effect: expectStored(world, before, caller),
  };
};

/** Everybody in the room sees it on the topic. */
const inRoom = ({ owner, member, target }: Room, destination: string, body: unknown): Map<Person, Seen[]> =>
  new Map([owner, member, target].map((person) => [person, [{ destination, body }]]));

const groupIdOf = (name: string, { group }: Room): number => (name === 'unknown group' ? NO_GROUP : group.id);

const sendToGroup: StompRecipe = async (world, name) => {
  const room = await makeRoom(world, name);
  const { caller, group, audience } = room;
  const before = lastId(world);
  const sees = inRoom(room, `/topic/${group.id}`, messageFrom(caller));
  sees.set(caller, [...(sees.get(caller) ?? []), sentEvent(caller)]);
  const body = { groupId: groupIdOf(name, room), content: 'a word' };
  return {
    caller,
    frames: [sendFrame('/app/chat.send', body)],
    audience,
    sees,
    effect: expectStored(world, before, caller),
  };
};

const sendDirect: StompRecipe = async (world, name) => {
  const parties = await makeParties(world, name);
  const { caller, target, audience } = parties;
  const message: ChatMessage = {
    type: 'CHAT',
    content: 'a word',
    sender: caller.username,
    receiver: target.username,
    groupId: null,
  };
  return {
    caller,
    frames: [
      sendFrame(
        '/app/chat.sendMessage',
        privateBody(name, parties, ({ username }) => username),
      ),
    ],
    audience,
    traceless: true,
    sees: new Map([[target, [{ destination: REPLY, body: message }]]]),
  };
};

const sendDirectToGroup: StompRecipe = async (world, name) => {
  const room = await makeRoom(world, name);
  const { caller, group, audience } = room;
  const message: ChatMessage = {
    type: 'CHAT',
    content: 'a word',
    sender: caller.username,
    receiver: null,
    groupId: group.id,
  };
  return {
    caller,
    frames: [
      sendFrame('/app/chat.sendMessage', { groupId: groupIdOf(name, room), content: 'a word', sender: 'mallory' }),
    ],
    audience,
    traceless: true,
    sees: inRoom(room, `/topic/${group.id}`, message),
  };
};

const typePrivate: StompRecipe = async (world, name) => {
  const parties = await makeParties(world, name);
  const { caller, target, audience } = parties;
  const receivers: Record<string, string> = { 'to oneself': caller.username, 'unknown receiver': NOBODY };
  const receiver = receivers[name] ?? target.username;
  const typing = name === 'not a boolean' ? 'yes' : true;
  const seen: TypingNotification = { sender: caller.username, receiver: target.username, groupId: null, typing: true };
  return {
    caller,
    frames: [
      sendFrame('/app/chat.typing', {
        receiver,
        typing,
        ...(name === 'forged sender' ? { sender: target.username } : {}),
      }),
    ],
    audience,
    traceless: true,
    sees: new Map([[target, [{ destination: '/user/queue/typing', body: seen }]]]),
  };
};

const typeInGroup: StompRecipe = async (world, name) => {
  const room = await makeRoom(world, name);
  const { caller, target, group, audience } = room;
  const seen: TypingNotification = { sender: caller.username, receiver: null, groupId: group.id, typing: true };
  const sees = inRoom(room, `/topic/${group.id}/typing`, seen);
  if (name === 'blockedByTarget') sees.set(target, []);
  return {
    caller,
    frames: [sendFrame('/app/chat.typing', { groupId: groupIdOf(name, room), typing: true, sender: 'mallory' })],
    audience,
    traceless: true,
    sees,
  };
};

/** To where no client may send, whoever it is. */
const sendTo =
  (destinationOf: (room: Room) => string): StompRecipe =>
  async (world, name) => {
    const room = await shareRoom(world, name);
    const body = { type: 'CHAT', content: 'forged', sender: room.target.username };
    return { caller: room.caller, frames: [sendFrame(destinationOf(room), body)], audience: room.audience };
  };

export const SEND_RECIPES: StompRecipes = {
  'SEND /app/chat.send · private': sendPrivate,
  'SEND /app/chat.send · group': sendToGroup,
  'SEND /app/chat.sendMessage · private': sendDirect,
  'SEND /app/chat.sendMessage · group': sendDirectToGroup,
  'SEND /app/chat.typing · private': typePrivate,
  'SEND /app/chat.typing · group': typeInGroup,
  'SEND /app/{unknown}': sendTo(() => '/app/chat.nothing'),
  'SEND /topic/public': sendTo(() => '/topic/public'),
  'SEND /topic/{groupId}': sendTo(({ group }) => `/topic/${group.id}`),
  'SEND /topic/{groupId}/typing': sendTo(({ group }) => `/topic/${group.id}/typing`),
  'SEND /queue/reply': sendTo(() => '/queue/reply'),
  'SEND /user/{other}/queue/reply': sendTo(({ target }) => `/user/${target.username}/queue/reply`),
};
