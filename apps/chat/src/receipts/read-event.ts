import { TOPICS, type ConversationId, type ReadEvent } from '@app/contracts';
import type { ReadState, StoredConversation } from '../conversations/index.js';
import { unread } from '../conversations/index.js';
import type { OutgoingEvent } from '../outbox/index.js';
import type { ReadableMessage } from './receipts.repository.js';

export interface Reader {
  readonly id: number;
  readonly username: string;
}

/** A bus takes records up to about a megabyte. */
const RECEIPTS_PER_EVENT = 1_000;

/**
 * One step of a reader as events: one, unless a group's backlog gives more receipts than a record holds. `senders` are the names of those who get
 * a receipt.
 */
export function readEvents(
  reader: Reader,
  conversation: StoredConversation,
  state: ReadState,
  messages: readonly ReadableMessage[],
  senders: ReadonlyMap<number, string>,
): OutgoingEvent[] {
  const { conversationId, membershipVersion, lastSeq } = conversation;
  const receipts = messages.flatMap((message) => toReceipt(message, conversationId, reader.username, senders));
  const parts = Math.max(1, Math.ceil(receipts.length / RECEIPTS_PER_EVENT));
  return Array.from({ length: parts }, (_, part) => ({
    topic: TOPICS.readReceipts,
    conversationRowId: conversation.id,
    event: {
      v: 1,
      kind: 'read',
      conversationId,
      membershipVersion,
      readerId: reader.id,
      reader: reader.username,
      readSeq: state.readSeq,
      unreadCount: unread(state, lastSeq),
      receipts: receipts.slice(part * RECEIPTS_PER_EVENT, (part + 1) * RECEIPTS_PER_EVENT),
    },
  }));
}

function toReceipt(
  { id, senderId, seq }: ReadableMessage,
  conversationId: ConversationId,
  receiver: string,
  senders: ReadonlyMap<number, string>,
): ReadEvent['receipts'] {
  const sender = senders.get(senderId);
  return sender === undefined ? [] : [{ messageId: id, senderId, sender, receiver, conversationId, seq }];
}
