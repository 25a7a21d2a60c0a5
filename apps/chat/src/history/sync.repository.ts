import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { placeholders } from '@app/database';

/** How far one member has read, and one message that the member read above that, if any. */
export interface ReadPosition {
  readonly conversationRowId: number;
  readonly userId: number;
  readonly readSeq: number;
  readonly aheadSeq: number | null;
}

/** For at most a hundred conversations at once. */
@Injectable()
export class SyncRepository {
  /** Made with the database: another one after a restore from elsewhere. */
  async getEpoch(em: EntityManager): Promise<string> {
    const rows: { value: string }[] = await em.query("SELECT value FROM chat_meta WHERE name = 'epoch'");
    if (!rows[0]) throw new Error('The database has no epoch: the migrations of chat did not run');
    return rows[0].value;
  }

  /** The number of members of each conversation. */
  async countMembers(em: EntityManager, conversationRowIds: readonly number[]): Promise<Map<number, number>> {
    if (conversationRowIds.length === 0) return new Map();
    const rows: { id: number; members: number | string }[] = await em.query(
      `SELECT conversation_id AS id, COUNT(*) AS members FROM memberships
        WHERE conversation_id IN (${placeholders(conversationRowIds.length)}) AND left_seq IS NULL GROUP BY conversation_id`,
      [...conversationRowIds],
    );
    return new Map(rows.map((row) => [row.id, Number(row.members)]));
  }

  /** Every member's position; one statement, so that a watermark and what stands above it belong together. */
  async listPositions(em: EntityManager, conversationRowIds: readonly number[]): Promise<ReadPosition[]> {
    if (conversationRowIds.length === 0) return [];
    return em.query(
      `SELECT m.conversation_id AS conversationRowId, m.user_id AS userId, m.read_seq AS readSeq, s.seq AS aheadSeq
         FROM memberships m
         LEFT JOIN message_status s ON s.conversation_id = m.conversation_id AND s.user_id = m.user_id AND s.seq > m.read_seq
        WHERE m.conversation_id IN (${placeholders(conversationRowIds.length)}) AND m.left_seq IS NULL
        ORDER BY m.conversation_id, m.user_id, s.seq`,
      [...conversationRowIds],
    );
  }

  /** The lowest watermark of everyone but `userId`. */
  async listLowestPositions(
    em: EntityManager,
    conversationRowIds: readonly number[],
    userId: number,
  ): Promise<Map<number, number>> {
    if (conversationRowIds.length === 0) return new Map();
    const rows: { id: number; readSeq: number }[] = await em.query(
      `SELECT conversation_id AS id, MIN(read_seq) AS readSeq FROM memberships
        WHERE conversation_id IN (${placeholders(conversationRowIds.length)}) AND left_seq IS NULL AND user_id <> ?
        GROUP BY conversation_id`,
      [...conversationRowIds, userId],
    );
    return new Map(rows.map((row) => [row.id, row.readSeq]));
  }
}
