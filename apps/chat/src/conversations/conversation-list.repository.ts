import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { fromDbTime } from '@app/database';

/** A conversation in which a user has an open stay, as far as catching up is concerned. */
export interface ConversationHead {
  /** The row of the conversation. */
  readonly id: number;
  readonly lowId: number | null;
  readonly highId: number | null;
  readonly groupId: number | null;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly lastTimestamp: Date | null;
}

/** A conversation in which a user has an open stay, with its last message and the user's read state. */
export interface ListedConversation {
  /** The row of the conversation. */
  readonly id: number;
  /** The other one of a pair; null for a group. */
  readonly peerId: number | null;
  readonly groupId: number | null;
  readonly groupName: string | null;
  readonly lastSeq: number;
  readonly lastTimestamp: Date | null;
  readonly lastMessageId: number | null;
  readonly lastMessage: string | null;
  readonly lastSenderId: number | null;
  readonly readSeq: number;
  readonly ownAfter: number;
  readonly readAhead: number;
}

type Raw<T extends { readonly lastTimestamp: Date | null }> = Omit<T, 'lastTimestamp'> & {
  lastTimestamp: string | Date | null;
};

/** Every column costs in a list of thousands: each query reads what its reader needs, and no more. */
@Injectable()
export class ConversationListRepository {
  /** In no order; one query, each row by index. */
  async listOfUser(em: EntityManager, userId: number): Promise<ListedConversation[]> {
    const rows: Raw<ListedConversation>[] = await em.query(
      `SELECT c.id, CASE WHEN c.low_id = m.user_id THEN c.high_id ELSE c.low_id END AS peerId, c.group_id AS groupId,
              g.name AS groupName, c.last_seq AS lastSeq, c.last_timestamp AS lastTimestamp, c.last_message_id AS lastMessageId,
              x.content AS lastMessage, x.sender_id AS lastSenderId, m.read_seq AS readSeq, m.own_after AS ownAfter,
              m.read_ahead AS readAhead
         FROM memberships m
         JOIN conversations c ON c.id = m.conversation_id
         LEFT JOIN messages x ON x.id = c.last_message_id
         LEFT JOIN \`groups\` g ON g.id = c.group_id
        WHERE m.user_id = ? AND m.left_seq IS NULL`,
      [userId],
    );
    return rows.map(withTime);
  }

  /** In no order. */
  async listHeadsOfUser(em: EntityManager, userId: number): Promise<ConversationHead[]> {
    const rows: Raw<ConversationHead>[] = await em.query(
      `SELECT c.id, c.low_id AS lowId, c.high_id AS highId, c.group_id AS groupId, c.first_seq AS firstSeq, c.last_seq AS lastSeq,
              c.last_timestamp AS lastTimestamp
         FROM memberships m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.user_id = ? AND m.left_seq IS NULL`,
      [userId],
    );
    return rows.map(withTime);
  }
}

/** In place, since the row is ours alone. */
function withTime<T extends { readonly lastTimestamp: Date | null }>(row: Raw<T>): T {
  if (row.lastTimestamp !== null) row.lastTimestamp = fromDbTime(row.lastTimestamp);
  return row as unknown as T;
}
