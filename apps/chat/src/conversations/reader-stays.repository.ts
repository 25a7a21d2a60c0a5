import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { placeholders } from '@app/database';
import { chunks } from '../directory/index.js';
import type { ReaderStay } from './sender-status.js';

export interface StoredReaderStay extends ReaderStay {
  readonly conversationRowId: number;
  readonly readAhead: number;
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
  /** Open stays of everyone but `userId`, in the order of joining. */
  listOpenOfOthers(
    em: EntityManager,
    conversationRowIds: readonly number[],
    userId: number,
  ): Promise<StoredReaderStay[]> {
    return this.listOfOthers(em, conversationRowIds, userId, 'left_seq IS NULL');
  }

  /** Closed stays of everyone but `userId`, within a conversation in the order of closing. */
  listClosedOfOthers(
    em: EntityManager,
    conversationRowIds: readonly number[],
    userId: number,
  ): Promise<StoredReaderStay[]> {
    return this.listOfOthers(em, conversationRowIds, userId, 'left_seq IS NOT NULL');
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

  private async listOfOthers(
    em: EntityManager,
    conversationRowIds: readonly number[],
    userId: number,
    condition: string,
  ): Promise<StoredReaderStay[]> {
    const found: StoredReaderStay[] = [];
    for (const part of chunks(conversationRowIds)) {
      const rows: StoredReaderStay[] = await em.query(
        `SELECT ${COLUMNS} FROM memberships
          WHERE conversation_id IN (${placeholders(part.length)}) AND user_id <> ? AND ${condition} ORDER BY id`,
        [...part, userId],
      );
      found.push(...rows);
    }
    return found;
  }
}
