import { Injectable } from '@nestjs/common';
import { parseConversationId, type ConversationId } from '@app/contracts';
import {
  dialectOf,
  forUpdate,
  fromDbTime,
  orUpdate,
  placeholders,
  toDbTime,
  tuplesIn,
  valuesList,
} from '@app/database';
import type { EntityManager } from 'typeorm';
import { conversationIdOf, type Stay } from '../conversations/index.js';

/** A conversation as it stands under its lock. */
export interface LockedConversation {
  /** The row, as other tables name it. */
  readonly id: number;
  readonly kind: 'PRIVATE' | 'GROUP';
  readonly lastSeq: number;
  readonly lastTimestamp: Date | null;
  readonly membershipVersion: number;
}

export interface ConversationCounters extends LockedConversation {
  readonly lastTimestamp: Date;
  readonly lastMessageId: number;
}

interface ConversationRow extends Omit<LockedConversation, 'lastTimestamp'> {
  readonly lowId: number | null;
  readonly highId: number | null;
  readonly groupId: number | null;
  readonly lastTimestamp: string | Date | null;
}

const COLUMNS = `id, kind, low_id AS lowId, high_id AS highId, group_id AS groupId, last_seq AS lastSeq, last_timestamp AS lastTimestamp,
  membership_version AS membershipVersion`;

/** The conversations of a batch of sends, all of them in each statement. */
@Injectable()
export class LockedConversationRepository {
  /** Locks those that exist until the end of the transaction: pairs first, then groups, each in key order, as every batch does. */
  async lock(em: EntityManager, ids: Iterable<ConversationId>): Promise<Map<ConversationId, LockedConversation>> {
    const { pairs, groups } = keysOf(ids);
    const suffix = forUpdate(dialectOf(em));
    const rows: ConversationRow[] = [];
    if (pairs.length > 0) {
      const where = tuplesIn(dialectOf(em), ['low_id', 'high_id'], pairs.length);
      const sql = `SELECT ${COLUMNS} FROM conversations WHERE ${where} ORDER BY low_id, high_id${suffix}`;
      rows.push(...(await em.query<ConversationRow[]>(sql, pairs.flat())));
    }
    if (groups.length > 0) {
      const where = `group_id IN (${placeholders(groups.length)})`;
      const sql = `SELECT ${COLUMNS} FROM conversations WHERE ${where} ORDER BY group_id${suffix}`;
      rows.push(...(await em.query<ConversationRow[]>(sql, groups)));
    }
    return new Map(rows.map((row) => [conversationIdOf(row), toLocked(row)]));
  }

  /** Makes private conversations with their memberships. A unique violation when another instance was faster with one of them. */
  async createPrivate(
    em: EntityManager,
    ids: readonly ConversationId[],
  ): Promise<Map<ConversationId, LockedConversation>> {
    const { pairs } = keysOf(ids);
    if (pairs.length === 0) return new Map();
    await em.query(
      `INSERT INTO conversations (kind, low_id, high_id) VALUES ${valuesList(pairs.length, 3)}`,
      pairs.flatMap(([low, high]) => ['PRIVATE', low, high]),
    );
    const created = await this.lock(em, ids);
    const stays = pairs.flatMap(([low, high]) => {
      const { id } = created.get(`p:${low}:${high}`)!;
      return [id, low, 0, 0, id, high, 0, 0];
    });
    const sql = `INSERT INTO memberships (conversation_id, user_id, joined_seq, read_seq) VALUES ${valuesList(2 * pairs.length, 4)}`;
    await em.query(sql, stays);
    return created;
  }

  /** `kind` only completes the row of an INSERT that finds it there. */
  async saveCounters(em: EntityManager, conversations: readonly ConversationCounters[]): Promise<void> {
    await em.query(
      `INSERT INTO conversations (id, kind, last_seq, last_timestamp, last_message_id) VALUES ${valuesList(conversations.length, 5)}` +
        orUpdate(dialectOf(em), ['id'], ['last_seq', 'last_timestamp', 'last_message_id']),
      conversations.flatMap((c) => [c.id, c.kind, c.lastSeq, toDbTime(c.lastTimestamp), c.lastMessageId]),
    );
  }

  /** The senders' own messages count as read: all stays of a batch in one statement. */
  async saveReadStates(em: EntityManager, stays: readonly Stay[]): Promise<void> {
    await em.query(
      `INSERT INTO memberships (id, conversation_id, user_id, joined_seq, read_seq, own_after) VALUES ${valuesList(stays.length, 6)}` +
        orUpdate(dialectOf(em), ['id'], ['read_seq', 'own_after']),
      stays.flatMap((s) => [s.id, s.conversationRowId, s.userId, s.joinedSeq, s.readSeq, s.ownAfter]),
    );
  }
}

function keysOf(ids: Iterable<ConversationId>): { pairs: [number, number][]; groups: number[] } {
  const refs = [...ids].flatMap((id) => parseConversationId(id) ?? []);
  return {
    pairs: refs
      .flatMap((ref): [number, number][] => (ref.kind === 'PRIVATE' ? [[ref.lowId, ref.highId]] : []))
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]),
    groups: refs.flatMap((ref) => (ref.kind === 'GROUP' ? [ref.groupId] : [])).sort((a, b) => a - b),
  };
}

const toLocked = ({ id, kind, lastSeq, lastTimestamp, membershipVersion }: ConversationRow): LockedConversation => ({
  id,
  kind,
  lastSeq,
  lastTimestamp: lastTimestamp === null ? null : fromDbTime(lastTimestamp),
  membershipVersion,
});
