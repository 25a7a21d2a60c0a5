import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { placeholders } from '@app/database';
import { chunks } from '../directory/index.js';
import type { ReaderStay } from './sender-status.js';

export interface StoredReaderStay extends ReaderStay {
  readonly conversationRowId: number;
  readonly readAhead: number;
}

/** The open stays of a conversation, all but one user's, at a glance. */
export interface ReaderSummary {
  readonly conversationRowId: number;
  readonly readers: number;
  readonly firstJoinedSeq: number;
  readonly lowestReadSeq: number;
}

/** A message that a user read out of order. */
export interface ReadAhead {
  readonly messageId: number;
  readonly userId: number;
}

const COLUMNS = `conversation_id AS conversationRowId, user_id AS userId, joined_seq AS joinedSeq, left_seq AS leftSeq, read_seq AS readSeq,
  read_ahead AS readAhead`;

/** Who has read what, by conversation and by message. */
@Injectable()
export class ReaderStaysRepository {
  /** Open stays of everyone but `userId`. */
  listOpenOfOthers(
    em: EntityManager,
    conversationRowIds: readonly number[],
    userId: number,
  ): Promise<StoredReaderStay[]> {
    return this.selectOfOthers(em, COLUMNS, conversationRowIds, userId, 'left_seq IS NULL');
  }

  /** Closed stays of everyone but `userId`, within a conversation in the order of closing. */
  listClosedOfOthers(
    em: EntityManager,
    conversationRowIds: readonly number[],
    userId: number,
  ): Promise<StoredReaderStay[]> {
    return this.selectOfOthers(em, COLUMNS, conversationRowIds, userId, 'left_seq IS NOT NULL ORDER BY id');
  }

  /** {@link listOpenOfOthers} in one row per conversation that has any. */
  summarizeOpenOfOthers(
    em: EntityManager,
    conversationRowIds: readonly number[],
    userId: number,
  ): Promise<ReaderSummary[]> {
    const columns = `conversation_id AS conversationRowId, COUNT(*) AS readers, MIN(joined_seq) AS firstJoinedSeq,
      MIN(read_seq) AS lowestReadSeq`;
    return this.selectOfOthers(em, columns, conversationRowIds, userId, 'left_seq IS NULL GROUP BY conversation_id');
  }

  /** Some of those, other than `userId`, who could read `seq` and have read neither it nor anything above it. */
  async listWhoReadNothingFrom(
    em: EntityManager,
    conversationRowId: number,
    userId: number,
    seq: number,
    limit: number,
  ): Promise<number[]> {
    const rows: { user_id: number }[] = await em.query(
      `SELECT user_id FROM memberships
        WHERE conversation_id = ? AND user_id <> ? AND left_seq IS NULL AND joined_seq < ? AND read_seq < ? AND read_ahead = 0 LIMIT ?`,
      [conversationRowId, userId, seq, seq, limit],
    );
    return rows.map((row) => row.user_id);
  }

  /** Who read which of the messages out of order; only `userId` when given. */
  async listReadAhead(em: EntityManager, messageIds: readonly number[], userId?: number): Promise<ReadAhead[]> {
    const found: ReadAhead[] = [];
    const ofUser = userId === undefined ? '' : ' AND user_id = ?';
    for (const part of chunks(messageIds)) {
      const rows: ReadAhead[] = await em.query(
        `SELECT message_id AS messageId, user_id AS userId FROM message_status
          WHERE message_id IN (${placeholders(part.length)})${ofUser}`,
        userId === undefined ? part : [...part, userId],
      );
      found.push(...rows);
    }
    return found;
  }

  private async selectOfOthers<Row>(
    em: EntityManager,
    columns: string,
    conversationRowIds: readonly number[],
    userId: number,
    condition: string,
  ): Promise<Row[]> {
    const found: Row[] = [];
    for (const part of chunks(conversationRowIds)) {
      const rows: Row[] = await em.query(
        `SELECT ${columns} FROM memberships
          WHERE conversation_id IN (${placeholders(part.length)}) AND user_id <> ? AND ${condition}`,
        [...part, userId],
      );
      found.push(...rows);
    }
    return found;
  }
}
