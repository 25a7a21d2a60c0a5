import type { MessageDto, MessageInfoDto, Page, ReadReceipt } from '@app/contracts';
import type { Person, WireAnswer } from '@app/testing';
import { expect } from 'vitest';
import { makeDeleted, makePair, makeRoom, makeTalk, type Room, type Talk } from '../scenes.js';
import type { Tap } from '../tap.js';
import type { World } from '../world.js';
import { NOBODY, type RestCall, type RestRecipe, type RestRecipes } from './rest-call.js';

const MESSAGES = '/api/chat/messages';

interface StoredMessage {
  readonly id: number;
  readonly sender_id: number;
  readonly content: string;
}
const storedFor = (world: World, where: string): StoredMessage[] =>
  world.database.rows(`SELECT id, sender_id, content FROM messages WHERE ${where} ORDER BY id`);

/** The stored message is the one answered, from the caller, and came live to the tap. */
async function expectSent(
  call: { caller: Person; tap: Tap; destination: string },
  answer: WireAnswer,
): Promise<MessageDto> {
  const message = answer.body as MessageDto;
  expect(message).toMatchObject({ sender: { id: call.caller.id, username: call.caller.username }, type: 'CHAT' });
  const live = await call.tap.find<MessageDto>(call.destination, (body) => body.id === message.id);
  expect(live).toEqual({ ...message, status: 'DELIVERED' });
  call.tap.close();
  return message;
}

const PRIVATE_BODIES: Readonly<Record<string, (caller: Person, target: Person) => object>> = {
  'to oneself': ({ id }) => ({ receiver: { id }, content: 'x' }),
  'both targets': (_caller, { id }) => ({ receiver: { id }, groupId: 1, content: 'x' }),
  'no target': () => ({ content: 'x' }),
  'empty content': (_caller, { id }) => ({ receiver: { id }, content: '' }),
  'content of 10,001 units': (_caller, { id }) => ({ receiver: { id }, content: 'x'.repeat(10_001) }),
  'unknown receiver': () => ({ receiver: { id: NOBODY }, content: 'x' }),
  'clientMsgId again': (_caller, { id }) => ({ receiver: { id }, content: 'first', clientMsgId: 'once' }),
  'clientMsgId with other content': (_caller, { id }) => ({ receiver: { id }, content: 'other', clientMsgId: 'once' }),
  'sender, id, seq and status in the body': (_caller, { id, username }) => ({
    receiver: { id, username: 'mallory' },
    content: 'x',
    sender: { id, username },
    id: 1,
    seq: 99,
    status: 'READ',
    timestamp: '2000-01-01T00:00:00.000Z',
    conversationId: 'g:1',
  }),
};

const sendPrivate: RestRecipe = async (world, name) => {
  const { caller, target, audience } = await makePair(world, name);
  if (name === 'related') await caller.rest.ok('POST', `/api/contacts/${target.id}`);
  const first = name.startsWith('clientMsgId') ? await caller.sendTo(target, 'first', 'once') : null;
  const gone = name === 'deleted receiver' ? await makeDeleted(world) : null;
  const ordinary = { receiver: { id: (gone ?? target).id }, content: 'a word' };
  const tap = await world.tap(target);
  return {
    caller,
    path: MESSAGES,
    body: PRIVATE_BODIES[name]?.(caller, target) ?? ordinary,
    audience,
    effect: async (answer) => {
      const stored = storedFor(world, `receiver_id = ${target.id}`);
      expect(stored).toHaveLength(1);
      expect(stored[0]).toMatchObject({ id: (answer.body as MessageDto).id, sender_id: caller.id });
      if (first) expect(answer.body).toEqual(first);
      else
        expect(await expectSent({ caller, tap, destination: '/user/queue/reply' }, answer)).toMatchObject({
          seq: 1,
          status: 'DELIVERED',
        });
    },
  };
};

const sendToGroup: RestRecipe = async (world, name) => {
  const { caller, target, owner, group, audience } = await makeRoom(world, name);
  const reader = caller === target ? owner : target;
  const tap = await world.tap(reader, [group.id]);
  return {
    caller,
    path: MESSAGES,
    body: { groupId: name === 'unknown group' ? NOBODY : group.id, content: 'a word' },
    audience,
    effect: async (answer) => {
      await expectSent({ caller, tap, destination: `/topic/${group.id}` }, answer);
      expect(storedFor(world, `group_id = ${group.id}`).map((row) => row.sender_id)).toEqual([target.id, caller.id]);
    },
  };
};

const privateHistory: RestRecipe = async (world, name) => {
  const { caller, partner, target, message, audience } = await makeTalk(world, name);
  const silent = name === 'nothing written yet' ? await world.person() : null;
  const ids: Record<string, string> = {
    'unknown user': `${caller.id}/${NOBODY}`,
    'nothing written yet': `${caller.id}/${silent?.id}`,
    'oneself twice': `${caller.id}/${caller.id}`,
  };
  return {
    caller,
    path: `${MESSAGES}/${ids[name] ?? `${partner.id}/${target.id}`}`,
    audience,
    effect: (answer) => expect((answer.body as Page<MessageDto>).content).toEqual(silent ? [] : [message]),
  };
};

const groupHistory: RestRecipe = async (world, name) => {
  const { caller, group, message, audience } = await makeRoom(world, name);
  return {
    caller,
    path: `${MESSAGES}/${name === 'unknown group' ? NOBODY : group.id}`,
    audience,
    effect: (answer) => expect((answer.body as Page<MessageDto>).content).toEqual([message]),
  };
};

/** A receipt for the target, who wrote the message; none to somebody who blocks the reader, nor for what was read before. */
async function markRead(world: World, name: string, scene: Talk | Room): Promise<RestCall> {
  const { caller, target, message, audience } = scene;
  const path = `${MESSAGES}/${name === 'unknown message' ? NOBODY : message.id}/read`;
  if (name === 'again') await caller.rest.ok('POST', path);
  const tap = await world.tap(target, message.groupId === null ? [] : [message.groupId]);
  const silent = ['again', 'owner', 'blockedByTarget'].includes(name);
  const inGroupByOwner = name === 'owner' && message.groupId !== null;
  return {
    caller,
    path,
    audience,
    effect: async () => {
      const { id: messageId, conversationId, seq } = message;
      const receipt: ReadReceipt = {
        messageId,
        sender: target.username,
        receiver: caller.username,
        conversationId,
        seq,
      };
      if (!silent || inGroupByOwner) expect(await tap.find('/user/queue/read')).toEqual(receipt);
      else await world.mark([tap]);
      if (silent && !inGroupByOwner)
        expect(tap.seen().filter(({ destination }) => destination === '/user/queue/read')).toEqual([]);
      tap.close();
      const info = await target.rest.ok<MessageInfoDto>('GET', `${MESSAGES}/${messageId}/info`);
      expect(info.readBy.map(({ id }) => id)).toEqual(caller === target ? [] : [caller.id]);
    },
  };
}

async function info(name: string, scene: Talk | Room): Promise<RestCall> {
  const { caller, target, message, audience } = scene;
  const readers = 'group' in scene ? [scene.owner.id, scene.member.id] : [scene.partner.id];
  return Promise.resolve({
    caller,
    path: `${MESSAGES}/${name === 'unknown message' ? NOBODY : message.id}/info`,
    audience,
    effect: (answer) => {
      const { readBy, deliveredTo } = answer.body as MessageInfoDto;
      expect([readBy, deliveredTo.map(({ id }) => id).sort((a, b) => a - b)]).toEqual([
        [],
        readers.sort((a, b) => a - b),
      ]);
      expect(readers).not.toContain(target.id);
    },
  });
}

export const MESSAGE_RECIPES: RestRecipes = {
  [`POST ${MESSAGES} · private`]: sendPrivate,
  [`POST ${MESSAGES} · group`]: sendToGroup,
  [`GET ${MESSAGES}/{userId1}/{userId2}`]: privateHistory,
  [`GET ${MESSAGES}/{groupId}`]: groupHistory,
  [`POST ${MESSAGES}/{messageId}/read · private`]: async (world, name) =>
    markRead(world, name, await makeTalk(world, name)),
  [`POST ${MESSAGES}/{messageId}/read · group`]: async (world, name) =>
    markRead(world, name, await makeRoom(world, name)),
  [`GET ${MESSAGES}/{messageId}/info · private`]: async (world, name) => info(name, await makeTalk(world, name)),
  [`GET ${MESSAGES}/{messageId}/info · group`]: async (world, name) => info(name, await makeRoom(world, name)),
};
