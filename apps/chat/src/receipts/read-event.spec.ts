import { describe, expect, it } from 'vitest';
import { ReadEventSchema, type ReadEvent } from '@app/contracts';
import { joinedAt, type StoredConversation } from '../conversations/index.js';
import { readEvents } from './read-event.js';
import type { ReadableMessage } from './receipts.repository.js';

const conversation: StoredConversation = {
  id: 30,
  conversationId: 'g:4',
  kind: 'GROUP',
  lowId: null,
  highId: null,
  groupId: 4,
  firstSeq: 1,
  lastSeq: 2_500,
  lastTimestamp: null,
  lastMessageId: null,
  membershipVersion: 6,
};
const reader = { id: 9, username: 'nina' };
const messages = (count: number): ReadableMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    id: 1_000 + index,
    conversationRowId: 30,
    seq: index + 1,
    senderId: 1 + (index % 2),
    receiverId: null,
    groupId: 4,
  }));
const build = (count: number, senders: [number, string][]): ReadEvent[] =>
  readEvents(reader, conversation, { ...joinedAt(0), readSeq: count }, messages(count), new Map(senders)).map(
    ({ event }) => event as ReadEvent,
  );

describe('the event of a reader', () => {
  it('carries a receipt for each sender who is told, and what is left to read', () => {
    const [event] = build(2, [[2, 'otto']]);
    expect(ReadEventSchema.parse(event)).toMatchObject({
      kind: 'read',
      conversationId: 'g:4',
      membershipVersion: 6,
      readerId: 9,
      reader: 'nina',
      readSeq: 2,
      unreadCount: 2_498,
      receipts: [{ messageId: 1_001, senderId: 2, sender: 'otto', receiver: 'nina', conversationId: 'g:4', seq: 2 }],
    });
  });

  it('is there for the reader alone when nobody is told', () => {
    expect(build(2, [])).toMatchObject([{ readSeq: 2, receipts: [] }]);
  });

  it('is split when it holds more receipts than a record of the bus', () => {
    const events = build(2_500, [
      [1, 'anna'],
      [2, 'otto'],
    ]);
    expect(events.map((event) => event.receipts.length)).toEqual([1_000, 1_000, 500]);
    expect(events.flatMap((event) => event.receipts.map((receipt) => receipt.seq))).toEqual(
      Array.from({ length: 2_500 }, (_, index) => index + 1),
    );
  });
});
