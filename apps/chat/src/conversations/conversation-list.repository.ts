import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { fromDbTime } from '@app/database';
import type { ReadState } from './read-watermark.js';

/** A conversation in which the viewer has an open stay, with its last message. */
export interface ListedConversation extends ReadState {
  /** The row of the conversation. */
  readonly id: number;
  readonly lowId: number | null;
  readonly highId: number | null;
  readonly groupId: number | null;
  readonly groupName: string | null;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly lastTimestamp: Date | null;
  readonly lastMessageId: number | null;
  readonly lastMessage: string | null;
  readonly lastSenderId: number | null;
}

type ListedRow = Omit<ListedConversation, 'lastTimestamp'> & { readonly lastTimestamp: string | Date | null };

@Injectable()
export class ConversationListRepository {
  /** All conversations of the user, in no order; one query, each row by index. */
  async listOfUser(em: EntityManager, userId: number): Promise<ListedConversation[]> {
    const rows: ListedRow[] = await em.query(
      `SELECT c.id, c.low_id AS lowId, c.high_id AS highId, c.group_id AS groupId, g.name AS groupName, c.first_seq AS firstSeq,
              c.last_seq AS lastSeq, c.last_timestamp AS lastTimestamp, c.last_message_id AS lastMessageId,
              x.content AS lastMessage, x.sender_id AS lastSenderId, m.joined_seq AS joinedSeq, m.left_seq AS leftSeq,
              m.read_seq AS readSeq, m.own_after AS ownAfter, m.read_ahead AS readAhead
         FROM memberships m
         JOIN conversations c ON c.id = m.conversation_id
         LEFT JOIN messages x ON x.id = c.last_message_id
         LEFT JOIN \`groups\` g ON g.id = c.group_id
        WHERE m.user_id = ? AND m.left_seq IS NULL`,
      [userId],
    );
    return rows.map((row) => ({
      ...row,
      lastTimestamp: row.lastTimestamp === null ? null : fromDbTime(row.lastTimestamp),
    }));
  }
}
