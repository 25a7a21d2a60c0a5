import type { ConversationDto, MessageDto, ReadReceipt, SyncResponse } from '@app/contracts';
import type { Person } from '@app/testing';
import { expect } from 'vitest';
import { applyBlock, makeRoom, makeTalk, type Room, type Talk } from '../scenes.js';
import type { World } from '../world.js';
import { NOBODY, type RestCall, type RestRecipe, type RestRecipes } from './rest-call.js';

/** What the caller has of its own in the lists: for a stranger nothing, for a former member a private talk only. */
async function makeShelf(
  world: World,
  name: string,
): Promise<{ room: Room; talk: MessageDto | null; expected: string[] }> {
  const room = await makeRoom(world, name);
  const { caller, target, group } = room;
  if (name === 'stranger') return { room, talk: null, expected: [] };
  // Before the block of the case: blocked users keep what they have.
  const peer = name.startsWith('block') ? await world.person() : target;
  const talk = await peer.sendTo(caller, 'to you alone');
  if (peer !== target) await applyBlock(name, caller, peer);
  const shared = name === 'exMember' ? [] : [`g:${group.id}`];
  return { room, talk, expected: [...shared, talk.conversationId].sort() };
}

const listConversations: RestRecipe = async (world, name) => {
  const { room, expected } = await makeShelf(world, name);
  return {
    caller: room.caller,
    path: '/api/chat/conversations',
    audience: room.audience,
    effect: (answer) =>
      expect((answer.body as ConversationDto[]).map(({ conversationId }) => conversationId).sort()).toEqual(expected),
  };
};

const sync: RestRecipe = async (world, name) => {
  const { room, talk, expected } = await makeShelf(world, name);
  const { caller, group, message } = room;
  const known: Record<string, Record<string, number>> = {
    'malformed id': { 'p:2:1': 0 },
    'negative seq': { [`g:${group.id}`]: -1 },
    'unknown conversation': { [`g:${NOBODY}`]: 3 },
    stranger: { [`g:${group.id}`]: 0 },
    exMember: { [`g:${group.id}`]: 0 },
  };
  const removed: Record<string, string[]> = {
    'unknown conversation': [`g:${NOBODY}`],
    stranger: [`g:${group.id}`],
    exMember: [`g:${group.id}`],
  };
  return {
    caller,
    path: '/api/chat/sync',
    body: { conversations: known[name] ?? {} },
    audience: room.audience,
    effect: (answer) => {
      const { messages, receipts, removed: gone } = answer.body as SyncResponse;
      const own = [message, talk].filter((item) => item !== null && expected.includes(item.conversationId));
      expect(messages.map(({ id }) => id).sort((a, b) => a - b)).toEqual(
        own.map((item) => item!.id).sort((a, b) => a - b),
      );
      expect([receipts.map(({ conversationId }) => conversationId).sort(), gone]).toEqual([
        expected,
        removed[name] ?? [],
      ]);
    },
  };
};

const readSeqOf = (world: World, { id }: Person, rowId: number): number | undefined =>
  world.database.rows<{ read_seq: number }>(
    `SELECT read_seq FROM memberships WHERE user_id = ${id} AND conversation_id = ${rowId} AND left_seq IS NULL`,
  )[0]?.read_seq;

async function readUpTo(world: World, name: string, scene: Talk | Room): Promise<RestCall> {
  const { caller, target, message, audience } = scene;
  const { conversationId, seq } = message;
  const ids: Record<string, string> = {
    'malformed id': conversationId.replace(/^(.):/, '$1:0'),
    'unknown conversation': message.groupId === null ? `p:${caller.id}:${NOBODY}` : `g:${NOBODY}`,
  };
  const tap = await world.tap(target);
  return {
    caller,
    path: `/api/chat/conversations/${ids[name] ?? conversationId}/read`,
    body: { upToSeq: name === 'upToSeq beyond the end' ? seq + 1 : seq },
    audience,
    effect: async () => {
      const [row] = world.database.rows<{ id: number }>(
        `SELECT conversation_id AS id FROM messages WHERE id = ${message.id}`,
      );
      expect(readSeqOf(world, caller, row!.id)).toBe(seq);
      if (name === 'blockedByTarget') {
        await world.mark([tap]);
        expect(tap.seen()).toEqual([]);
      } else
        expect(await tap.find<ReadReceipt>('/user/queue/read')).toMatchObject({
          messageId: message.id,
          receiver: caller.username,
        });
      tap.close();
    },
  };
}

const READ = 'POST /api/chat/conversations/{conversationId}/read';

export const CONVERSATION_RECIPES: RestRecipes = {
  'GET /api/chat/conversations': listConversations,
  'POST /api/chat/sync': sync,
  [`${READ} · private`]: async (world, name) => readUpTo(world, name, await makeTalk(world, name)),
  [`${READ} · group`]: async (world, name) => readUpTo(world, name, await makeRoom(world, name)),
};
