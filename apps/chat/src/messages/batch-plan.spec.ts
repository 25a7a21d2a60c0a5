import { describe, expect, it } from 'vitest';
import type { Stay } from '../conversations/index.js';
import type { BatchFacts } from './batch-facts.js';
import { planBatch, type BatchPlan } from './batch-plan.js';
import type { LockedConversation } from './locked-conversation.repository.js';
import type { MessageRow } from './message-view.js';
import { stayKey, type Send } from './send.js';

const NOW = 1_700_000_000_000;
const privately = (senderId: number, receiverId: number, content = 'hi', clientMsgId: string | null = null): Send => ({
  senderId,
  target: { kind: 'PRIVATE', receiverId },
  content,
  clientMsgId,
});
const toGroup = (senderId: number, groupId: number, content = 'hi', clientMsgId: string | null = null): Send => ({
  senderId,
  target: { kind: 'GROUP', groupId },
  content,
  clientMsgId,
});
const conversation = (id: number, lastSeq: number, lastTimestamp: number | null = null): LockedConversation => ({
  id,
  kind: 'PRIVATE',
  lastSeq,
  lastTimestamp: lastTimestamp === null ? null : new Date(lastTimestamp),
  membershipVersion: 3,
});
const stay = (conversationRowId: number, userId: number, readSeq: number): [string, Stay] => [
  stayKey(conversationRowId, userId),
  { id: userId, conversationRowId, userId, joinedSeq: 0, leftSeq: null, readSeq, ownAfter: 0, readAhead: 0 },
];
const user = (id: number, deleted = false): [number, { username: string; deleted: boolean }] => [
  id,
  { username: `user${id}`, deleted },
];

/** Users 1 to 4 (4 is deleted); p:1:2 is row 10 with 5 messages, g:7 is row 20 with none and members 1 and 2. */
const facts = (more: Partial<BatchFacts> = {}): BatchFacts => ({
  stored: new Map(),
  conversations: new Map([
    ['p:1:2', conversation(10, 5)],
    ['g:7', conversation(20, 0)],
  ]),
  users: new Map([user(1), user(2), user(3), user(4, true)]),
  blockedPairs: new Set(),
  stays: new Map([stay(10, 1, 5), stay(10, 2, 5), stay(20, 1, 0), stay(20, 2, 0)]),
  now: NOW,
  ...more,
});
const outcomes = (plan: BatchPlan): unknown[] =>
  plan.verdicts.map((verdict) =>
    verdict.kind === 'refused'
      ? verdict.error.code
      : verdict.kind === 'new'
        ? plan.newMessages[verdict.index]?.seq
        : `stored ${verdict.message.id}`,
  );

describe('planBatch', () => {
  it('gives the next seqs of each conversation in the order of the sends', () => {
    const batch = [privately(1, 2, 'a'), toGroup(2, 7, 'b'), privately(2, 1, 'c'), toGroup(1, 7, 'd')];
    const plan = planBatch(batch, facts());
    expect(outcomes(plan)).toEqual([6, 1, 7, 2]);
    expect(plan.newMessages.map(({ conversationId, content }) => [conversationId, content])).toEqual([
      [10, 'a'],
      [20, 'b'],
      [10, 'c'],
      [20, 'd'],
    ]);
    expect([...plan.conversations.values()].map(({ id, lastSeq }) => [id, lastSeq])).toEqual([
      [10, 7],
      [20, 2],
    ]);
  });

  it('leaves no gap for what it refuses', () => {
    const plan = planBatch([toGroup(1, 7), toGroup(3, 7), toGroup(2, 7)], facts());
    expect(outcomes(plan)).toEqual([1, 'NOT_A_MEMBER', 2]);
    expect(plan.conversations.get(20)?.lastSeq).toBe(2);
  });

  it('touches nothing when all is refused', () => {
    const plan = planBatch([toGroup(3, 7)], facts());
    expect([plan.newMessages, [...plan.conversations], plan.stays]).toEqual([[], [], []]);
  });

  it.each([
    ['a deleted sender', toGroup(4, 99), 'SESSION_ENDED'],
    ['an unknown sender', privately(9, 1), 'SESSION_ENDED'],
    ['an unknown receiver', privately(1, 9), 'NOT_FOUND'],
    ['a deleted receiver', privately(1, 4), 'NOT_FOUND'],
    ['an unknown group', toGroup(1, 8), 'NOT_FOUND'],
    ['a group of others', toGroup(3, 7), 'NOT_A_MEMBER'],
  ] as const)('refuses %s', (_name, send, code) => {
    expect(outcomes(planBatch([send], facts()))).toEqual([code]);
  });

  it('refuses both directions of a blocked pair, and says 404 before 403', () => {
    const blocked = facts({ blockedPairs: new Set(['p:1:2', 'p:1:4'] as const) });
    const plan = planBatch([privately(1, 2), privately(2, 1), privately(1, 4), toGroup(1, 7)], blocked);
    expect(outcomes(plan)).toEqual(['BLOCKED', 'BLOCKED', 'NOT_FOUND', 1]);
  });

  it('answers a message accepted before without looking at anything else', () => {
    const row: MessageRow = {
      id: 77,
      conversationId: 10,
      seq: 3,
      senderId: 1,
      receiverId: 2,
      groupId: null,
      content: 'hi',
      timestamp: new Date(NOW),
      clientMsgId: 'x',
    };
    const known = facts({ stored: new Map([['1 x', row]]), blockedPairs: new Set(['p:1:2'] as const) });
    const batch = [
      privately(1, 2, 'hi', 'x'),
      privately(1, 2, 'other', 'x'),
      privately(1, 3, 'hi', 'x'),
      toGroup(1, 7, 'hi', 'x'),
    ];
    const reused = 'CLIENT_MSG_ID_REUSED';
    expect(outcomes(planBatch(batch, known))).toEqual(['stored 77', reused, reused, reused]);
  });

  it('accepts one client message id of a sender once within a batch', () => {
    const batch = [
      privately(1, 2, 'hi', 'x'),
      privately(1, 2, 'hi', 'x'),
      privately(1, 2, 'other', 'x'),
      privately(2, 1, 'hi', 'x'),
      privately(1, 2, 'hi', 'X'),
    ];
    const plan = planBatch(batch, facts());
    expect(outcomes(plan)).toEqual([6, 6, 'CLIENT_MSG_ID_REUSED', 7, 8]);
    expect(plan.newMessages).toHaveLength(3);
  });

  it('does not take a refused send for the first of its client message id', () => {
    const plan = planBatch([privately(1, 9, 'hi', 'x'), privately(1, 2, 'hi', 'x')], facts());
    expect(outcomes(plan)).toEqual(['NOT_FOUND', 6]);
  });

  it('never lets the time fall within a conversation', () => {
    const conversations = new Map([
      ['p:1:2', conversation(10, 5, NOW + 60_000)],
      ['g:7', conversation(20, 0, NOW - 60_000)],
    ] as const);
    const plan = planBatch([privately(1, 2), toGroup(1, 7)], facts({ conversations }));
    expect(plan.newMessages.map(({ timestamp }) => timestamp.getTime())).toEqual([NOW + 60_000, NOW]);
    expect(plan.conversations.get(10)?.lastTimestamp.getTime()).toBe(NOW + 60_000);
  });

  it('counts own messages as read: the watermark goes along, or they stand above it', () => {
    const batch = [privately(1, 2), privately(1, 2), privately(2, 1), privately(1, 2), privately(2, 1)];
    const plan = planBatch(batch, facts());
    const states = plan.stays.map(({ userId, readSeq, ownAfter }) => ({ userId, readSeq, ownAfter }));
    expect(states).toEqual([
      { userId: 1, readSeq: 7, ownAfter: 1 },
      { userId: 2, readSeq: 5, ownAfter: 2 },
    ]);
  });
});
