import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { dialectOf, execute, tuplesIn, valuesList } from '@app/database';
import { chunks } from '../directory/index.js';
import type { AboveWatermark, ReadState } from './read-watermark.js';

/** One stay of a user in a conversation. */
export interface Stay extends ReadState {
  readonly id: number;
  /** The row of the conversation. */
  readonly conversationRowId: number;
  readonly userId: number;
}

const COLUMNS = `id, conversation_id AS conversationRowId, user_id AS userId, joined_seq AS joinedSeq, left_seq AS leftSeq, read_seq AS readSeq,
  own_after AS ownAfter, read_ahead AS readAhead`;

const ROWS_PER_QUERY = 200;

/** All writes stand under the lock of the conversation. */
@Injectable()
export class MembershipRepository {
  async findOpen(em: EntityManager, conversationRowId: number, userId: number): Promise<Stay | null> {
    const rows: Stay[] = await em.query(
      `SELECT ${COLUMNS} FROM memberships WHERE conversation_id = ? AND user_id = ? AND left_seq IS NULL`,
      [conversationRowId, userId],
    );
    return rows[0] ?? null;
  }

  /** The open stays among pairs of conversation row and user, in one query for a whole batch of sends. */
  async findOpenAmong(
    em: EntityManager,
    pairs: readonly { readonly conversationRowId: number; readonly userId: number }[],
  ): Promise<Stay[]> {
    const found: Stay[] = [];
    for (const part of chunks(pairs, ROWS_PER_QUERY)) {
      const keys = tuplesIn(dialectOf(em), ['conversation_id', 'user_id'], part.length);
      const stays: Stay[] = await em.query(
        `SELECT ${COLUMNS} FROM memberships WHERE ${keys} AND left_seq IS NULL`,
        part.flatMap((pair) => [pair.conversationRowId, pair.userId]),
      );
      found.push(...stays);
    }
    return found;
  }

  /** The open stays in the order of joining. */
  listOpen(em: EntityManager, conversationRowId: number): Promise<Stay[]> {
    const sql = `SELECT ${COLUMNS} FROM memberships WHERE conversation_id = ? AND left_seq IS NULL ORDER BY id`;
    return em.query(sql, [conversationRowId]);
  }

  /** Which of `userIds` are members now. */
  async findMembersAmong(
    em: EntityManager,
    conversationRowId: number,
    userIds: readonly number[],
  ): Promise<Set<number>> {
    const pairs = userIds.map((userId) => ({ conversationRowId, userId }));
    return new Set((await this.findOpenAmong(em, pairs)).map((stay) => stay.userId));
  }

  async open(em: EntityManager, conversationRowId: number, userIds: readonly number[], lastSeq: number): Promise<void> {
    for (const part of chunks(userIds, ROWS_PER_QUERY)) {
      await execute(
        em,
        `INSERT INTO memberships (conversation_id, user_id, joined_seq, read_seq) VALUES ${valuesList(part.length, 4)}`,
        part.flatMap((userId) => [conversationRowId, userId, lastSeq, lastSeq]),
      );
    }
  }

  /**
   * Ends open stays after `lastSeq`, in the order given. A closed stay gets a new row, so that within a conversation the ids of closed stays grow in the
   * order of closing: who was the last to go decides which status a sender keeps seeing (MessageStatusView).
   */
  async close(em: EntityManager, stays: readonly Stay[], lastSeq: number): Promise<void> {
    for (const stay of stays) {
      await execute(em, 'DELETE FROM memberships WHERE id = ?', [stay.id]);
      await execute(
        em,
        `INSERT INTO memberships (conversation_id, user_id, joined_seq, left_seq, read_seq, own_after, read_ahead)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        [stay.conversationRowId, stay.userId, stay.joinedSeq, lastSeq, stay.readSeq, stay.ownAfter, stay.readAhead],
      );
    }
  }

  async saveReadState(em: EntityManager, { id, readSeq, ownAfter, readAhead }: Stay): Promise<void> {
    const sql = 'UPDATE memberships SET read_seq = ?, own_after = ?, read_ahead = ? WHERE id = ?';
    await execute(em, sql, [readSeq, ownAfter, readAhead, id]);
  }

  /** What stands above the stay's watermark, by index. */
  above(em: EntityManager, stay: Stay, lastSeq: number): AboveWatermark {
    const { conversationRowId, userId } = stay;
    const count = async (sql: string, parameters: unknown[]): Promise<number> => {
      const rows: { n: number | string }[] = await em.query(sql, parameters);
      return Number(rows[0]?.n ?? 0);
    };
    return {
      firstUnreadAfter: (seq) => this.firstUnreadAfter(em, stay, seq, lastSeq),
      countOwn: (after, upTo) =>
        count(
          'SELECT COUNT(*) AS n FROM messages WHERE conversation_id = ? AND sender_id = ? AND seq > ? AND seq <= ?',
          [conversationRowId, userId, after, upTo],
        ),
      countReadAhead: (after, upTo) =>
        count(
          'SELECT COUNT(*) AS n FROM message_status WHERE conversation_id = ? AND user_id = ? AND seq > ? AND seq <= ?',
          [conversationRowId, userId, after, upTo],
        ),
    };
  }

  /** Walks over what is own or read, once in a stay's life: the watermark moves past it. */
  private async firstUnreadAfter(em: EntityManager, stay: Stay, seq: number, lastSeq: number): Promise<number> {
    const rows: { seq: number }[] = await em.query(
      `SELECT m.seq FROM messages m
        WHERE m.conversation_id = ? AND m.seq > ? AND m.sender_id <> ?
          AND NOT EXISTS (SELECT 1 FROM message_status s WHERE s.message_id = m.id AND s.user_id = ?)
        ORDER BY m.seq LIMIT 1`,
      [stay.conversationRowId, seq, stay.userId, stay.userId],
    );
    return rows[0]?.seq ?? lastSeq + 1;
  }
}
