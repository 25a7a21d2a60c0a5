import { Injectable } from '@nestjs/common';
import { dialectOf, fromDbTime, toDbTime, tuplesIn, valuesList } from '@app/database';
import type { EntityManager } from 'typeorm';
import type { MessageRow, NewMessage } from './message-view.js';
import { onceKey, type Send } from './send.js';

const COLUMNS = `id, conversation_id AS conversationId, seq, sender_id AS senderId, receiver_id AS receiverId,
  group_id AS groupId, content, timestamp, client_msg_id AS clientMsgId`;

interface IdRecord {
  readonly id: number;
  readonly conversation_id: number;
  readonly seq: number;
}

/** Each statement serves a whole batch, inside its transaction. */
@Injectable()
export class AcceptedMessageRepository {
  /** Messages accepted before under the sends' client message ids, by {@link onceKey}. */
  async findStored(em: EntityManager, sends: readonly Send[]): Promise<Map<string, MessageRow>> {
    const keys = sends.flatMap(({ senderId, clientMsgId }) => (clientMsgId === null ? [] : [[senderId, clientMsgId]]));
    if (keys.length === 0) return new Map();
    const where = tuplesIn(dialectOf(em), ['sender_id', 'client_msg_id'], keys.length);
    const rows: (Omit<MessageRow, 'timestamp'> & { timestamp: string | Date })[] = await em.query(
      `SELECT ${COLUMNS} FROM messages WHERE ${where}`,
      keys.flat(),
    );
    return new Map(rows.map((row) => [onceKey(row) ?? '', { ...row, timestamp: fromDbTime(row.timestamp) }]));
  }

  /** Stores the messages and answers their ids in the same order. */
  async insertMessages(em: EntityManager, messages: readonly NewMessage[]): Promise<number[]> {
    const returning = dialectOf(em) === 'sqlite' ? ' RETURNING id, conversation_id, seq' : '';
    const inserted: unknown = await em.query(
      `INSERT INTO messages (conversation_id, seq, sender_id, receiver_id, group_id, content, timestamp, client_msg_id)
       VALUES ${valuesList(messages.length, 8)}${returning}`,
      messages.flatMap(toParameters),
    );
    const rows = returning === '' ? await this.findIds(em, messages) : (inserted as IdRecord[]);
    const ids = new Map(rows.map((row) => [seqKey(row.conversation_id, row.seq), row.id]));
    return messages.map(({ conversationId, seq }) => ids.get(seqKey(conversationId, seq)) ?? missingId());
  }

  private findIds(em: EntityManager, messages: readonly NewMessage[]): Promise<IdRecord[]> {
    const where = tuplesIn(dialectOf(em), ['conversation_id', 'seq'], messages.length);
    return em.query(
      `SELECT id, conversation_id, seq FROM messages WHERE ${where}`,
      messages.flatMap(({ conversationId, seq }) => [conversationId, seq]),
    );
  }
}

const seqKey = (conversationId: number, seq: number): string => `${conversationId} ${seq}`;

const missingId = (): never => {
  throw new Error('an inserted message has no id');
};

const toParameters = (message: NewMessage): unknown[] => [
  message.conversationId,
  message.seq,
  message.senderId,
  message.receiverId,
  message.groupId,
  message.content,
  toDbTime(message.timestamp),
  message.clientMsgId,
];
