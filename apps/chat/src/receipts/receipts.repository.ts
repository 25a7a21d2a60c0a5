import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { execute } from '@app/database';
import type { Stay } from '../conversations/index.js';

/** A message as far as reading it is concerned. */
export interface ReadableMessage {
  readonly id: number;
  readonly conversationRowId: number;
  readonly seq: number;
  readonly senderId: number;
  readonly receiverId: number | null;
  readonly groupId: number | null;
}

/** Someone who could read a message, and whether that happened. */
export interface MessageReader {
  readonly userId: number;
  readonly read: boolean;
}

const COLUMNS = `id, conversation_id AS conversationRowId, seq, sender_id AS senderId, receiver_id AS receiverId, group_id AS groupId`;

@Injectable()
export class ReceiptsRepository {
  async findMessage(em: EntityManager, id: number): Promise<ReadableMessage | null> {
    const rows: ReadableMessage[] = await em.query(`SELECT ${COLUMNS} FROM messages WHERE id = ?`, [id]);
    return rows[0] ?? null;
  }

  /** Whether the user read the message out of order, now or in an earlier stay. */
  async isReadAhead(em: EntityManager, messageId: number, userId: number): Promise<boolean> {
    const sql = 'SELECT 1 FROM message_status WHERE message_id = ? AND user_id = ?';
    const rows: unknown[] = await em.query(sql, [messageId, userId]);
    return rows.length > 0;
  }

  /** These rows stay when the watermark has passed them, so that no reader of two tables sees a message unread in between. */
  async addReadAhead(em: EntityManager, message: ReadableMessage, userId: number): Promise<void> {
    await execute(
      em,
      "INSERT INTO message_status (message_id, user_id, status, conversation_id, seq) VALUES (?, ?, 'READ', ?, ?)",
      [message.id, userId, message.conversationRowId, message.seq],
    );
  }

  /** What reading up to `upToSeq` reads for the first time: of each sender the newest `perSender` messages, by seq. */
  async listNewlyRead(em: EntityManager, stay: Stay, upToSeq: number, perSender: number): Promise<ReadableMessage[]> {
    return em.query(
      `SELECT ${COLUMNS} FROM (
         SELECT m.id, m.conversation_id, m.seq, m.sender_id, m.receiver_id, m.group_id,
                ROW_NUMBER() OVER (PARTITION BY m.sender_id ORDER BY m.seq DESC) AS nth
           FROM messages m
          WHERE m.conversation_id = ? AND m.seq > ? AND m.seq <= ? AND m.sender_id <> ?
            AND NOT EXISTS (SELECT 1 FROM message_status s WHERE s.message_id = m.id AND s.user_id = ?)
       ) newest WHERE nth <= ? ORDER BY seq`,
      [stay.conversationRowId, stay.readSeq, upToSeq, stay.userId, stay.userId, perSender],
    );
  }

  /** Everyone but the sender who was a member when the message was sent, by id. */
  async listReaders(em: EntityManager, message: ReadableMessage): Promise<MessageReader[]> {
    const { id, conversationRowId, seq, senderId } = message;
    const rows: { userId: number; isRead: number }[] = await em.query(
      `SELECT m.user_id AS userId,
              (m.read_seq >= ? OR EXISTS (SELECT 1 FROM message_status s WHERE s.message_id = ? AND s.user_id = m.user_id)) AS isRead
         FROM memberships m
        WHERE m.conversation_id = ? AND m.user_id <> ? AND m.joined_seq < ? AND (m.left_seq IS NULL OR m.left_seq >= ?)
        ORDER BY m.user_id`,
      [seq, id, conversationRowId, senderId, seq, seq],
    );
    return rows.map(({ userId, isRead }) => ({ userId, read: isRead === 1 }));
  }
}
