import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { groupConversationId, privateConversationId, type ConversationId, type ConversationRef } from '@app/contracts';
import { Database, execute, forUpdate, fromDbTime } from '@app/database';

/** A row of `conversations` with its id on the wire. */
export interface StoredConversation {
  /** The row, as other tables name it. */
  readonly id: number;
  readonly conversationId: ConversationId;
  readonly kind: 'PRIVATE' | 'GROUP';
  readonly lowId: number | null;
  readonly highId: number | null;
  readonly groupId: number | null;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly lastTimestamp: Date | null;
  readonly lastMessageId: number | null;
  readonly membershipVersion: number;
}

const COLUMNS = `id, kind, low_id AS lowId, high_id AS highId, group_id AS groupId, first_seq AS firstSeq, last_seq AS lastSeq,
  last_timestamp AS lastTimestamp, last_message_id AS lastMessageId, membership_version AS membershipVersion`;

@Injectable()
export class ConversationRepository {
  constructor(private readonly database: Database) {}

  async find(em: EntityManager, ref: ConversationRef): Promise<StoredConversation | null> {
    return this.findWhere(em, ...keyOf(ref));
  }

  findById(em: EntityManager, id: number): Promise<StoredConversation | null> {
    return this.findWhere(em, 'id = ?', [id]);
  }

  /** As it stands under its lock, which lasts until the end of the transaction. A transaction of chat's reads locks one conversation only. */
  lock(em: EntityManager, ref: ConversationRef): Promise<StoredConversation | null> {
    const [where, keys] = keyOf(ref);
    return this.findWhere(em, `${where}${forUpdate(this.database.dialect)}`, keys);
  }

  lockById(em: EntityManager, id: number): Promise<StoredConversation | null> {
    return this.findWhere(em, `id = ?${forUpdate(this.database.dialect)}`, [id]);
  }

  /** The group's conversation, without members. */
  async createGroup(em: EntityManager, groupId: number): Promise<StoredConversation> {
    const sql = "INSERT INTO conversations (kind, group_id) VALUES ('GROUP', ?)";
    const { lastInsertId } = await execute(em, sql, [groupId]);
    return {
      id: lastInsertId,
      conversationId: groupConversationId(groupId),
      kind: 'GROUP',
      lowId: null,
      highId: null,
      groupId,
      firstSeq: 1,
      lastSeq: 0,
      lastTimestamp: null,
      lastMessageId: null,
      membershipVersion: 0,
    };
  }

  /** Under the lock. Every event from now on carries the new version, so that no instance delivers to a stale list of members. */
  async bumpMembershipVersion(em: EntityManager, conversation: StoredConversation): Promise<StoredConversation> {
    const membershipVersion = conversation.membershipVersion + 1;
    await execute(em, 'UPDATE conversations SET membership_version = ? WHERE id = ?', [
      membershipVersion,
      conversation.id,
    ]);
    return { ...conversation, membershipVersion };
  }

  private async findWhere(
    em: EntityManager,
    where: string,
    keys: readonly number[],
  ): Promise<StoredConversation | null> {
    const rows: ConversationRow[] = await em.query(`SELECT ${COLUMNS} FROM conversations WHERE ${where}`, [...keys]);
    return rows[0] ? toConversation(rows[0]) : null;
  }
}

const keyOf = (ref: ConversationRef): [where: string, keys: number[]] =>
  ref.kind === 'GROUP' ? ['group_id = ?', [ref.groupId]] : ['low_id = ? AND high_id = ?', [ref.lowId, ref.highId]];

type ConversationRow = Omit<StoredConversation, 'conversationId' | 'lastTimestamp'> & {
  readonly lastTimestamp: string | Date | null;
};

const toConversation = (row: ConversationRow): StoredConversation => ({
  ...row,
  conversationId: conversationIdOf(row),
  lastTimestamp: row.lastTimestamp === null ? null : fromDbTime(row.lastTimestamp),
});

/** The id on the wire of a row of `conversations`. */
export const conversationIdOf = (row: Pick<StoredConversation, 'lowId' | 'highId' | 'groupId'>): ConversationId =>
  row.groupId === null ? privateConversationId(row.lowId ?? 0, row.highId ?? 0) : groupConversationId(row.groupId);
