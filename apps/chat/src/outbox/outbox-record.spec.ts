import { TOPICS, type MessageDto } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { stampFromSeq, type OutgoingEvent } from './outbox-record.js';

const message = (conversationRowId: number, seq: number): OutgoingEvent => ({
  topic: TOPICS.messages,
  conversationRowId,
  event: {
    v: 1,
    kind: 'message',
    conversationId: `g:${conversationRowId}`,
    membershipVersion: 0,
    seq,
    message: {} as MessageDto,
  },
});
const read: OutgoingEvent = {
  topic: TOPICS.readReceipts,
  conversationRowId: 1,
  event: {
    v: 1,
    kind: 'read',
    conversationId: 'g:1',
    membershipVersion: 0,
    readerId: 1,
    reader: 'ann',
    readSeq: 3,
    unreadCount: 0,
    receipts: [],
  },
};
const fromSeqs = (events: OutgoingEvent[], lowest: [number, number][]) =>
  stampFromSeq(events, new Map(lowest)).map((event) => ('fromSeq' in event ? event.fromSeq : null));

describe('stampFromSeq', () => {
  it('is the message itself when nothing of its conversation waits', () => {
    expect(fromSeqs([message(1, 7)], [])).toEqual([7]);
  });

  it('is the lowest unpublished seq of the conversation, of this batch or from before', () => {
    expect(fromSeqs([message(1, 7), message(2, 3), message(1, 8)], [[2, 1]])).toEqual([7, 1, 7]);
  });

  it('never lies above the message', () => {
    expect(fromSeqs([message(1, 7)], [[1, 9]])).toEqual([7]);
  });

  it('leaves other events as they are', () => {
    expect(stampFromSeq([read], new Map([[1, 1]]))).toEqual([read.event]);
  });
});
