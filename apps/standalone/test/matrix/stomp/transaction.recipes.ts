import { StompSocket } from '@app/testing';
import { expect } from 'vitest';
import { makePair } from '../scenes.js';
import type { World } from '../world.js';
import { sendFrame, type OutFrame, type StompRecipe, type StompRecipes } from './stomp-call.js';

const T = { transaction: 't' };
const begin: OutFrame = { command: 'BEGIN', headers: T };
const commit: OutFrame = { command: 'COMMIT', headers: T };
const abort: OutFrame = { command: 'ABORT', headers: T };

const countOf = (world: World, senderId: number): number =>
  world.database.rows<{ n: number }>(`SELECT count(*) AS n FROM messages WHERE sender_id = ${senderId}`)[0]!.n;

const nothingBeforeCommit: StompRecipe = async (world) => {
  const { caller, target } = await makePair(world, 'related');
  return {
    run: async (door) => {
      const session = await StompSocket.connect(world.url(door), caller.token);
      await session.confirmed('BEGIN', T);
      session.send('SEND', { destination: '/app/chat.send', ...T }, { receiver: { id: target.id }, content: 'later' });
      await session.confirmed('UNSUBSCRIBE', { id: 'nothing' });
      expect(countOf(world, caller.id)).toBe(0);
      await session.confirmed('COMMIT', T);
      expect(countOf(world, caller.id)).toBe(1);
      session.drop();
    },
  };
};

const committed: StompRecipe = async (world, name) => {
  if (name === 'nothing before COMMIT') return nothingBeforeCommit(world, name);
  const { caller, target, audience } = await makePair(world, name);
  const send = sendFrame('/app/chat.send', { receiver: { id: target.id }, content: 'at once' }, T);
  const cases: Record<string, readonly OutFrame[]> = {
    'more than 100 frames': [begin, ...Array.from({ length: 101 }, () => send)],
    'COMMIT of none': [commit],
    'unknown transaction': [send],
  };
  const message: unknown = expect.objectContaining({ content: 'at once', seq: 1 });
  return {
    caller,
    frames: cases[name] ?? [begin, send, commit],
    ...(cases[name] ? {} : { judged: 1 }),
    audience,
    sees: new Map([
      [target, [{ destination: '/user/queue/reply', body: message }]],
      [caller, [{ destination: '/user/queue/events', body: { kind: 'MESSAGE_SENT', message } }]],
    ]),
  };
};

const aborted: StompRecipe = async (world, name) => {
  const { caller, target, audience } = await makePair(world, name);
  const send = sendFrame('/app/chat.send', { receiver: { id: target.id }, content: 'never' }, T);
  return { caller, frames: [begin, send, abort], audience, traceless: true };
};

export const TRANSACTION_RECIPES: StompRecipes = {
  'BEGIN, SEND, COMMIT · private': committed,
  'BEGIN, SEND, ABORT': aborted,
};
