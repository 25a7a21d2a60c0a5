import { Injectable } from '@nestjs/common';
import { parseConversationId, type MessageDto } from '@app/contracts';
import { Database, fromDbTime } from '@app/database';
import { DirectoryRepository } from '../directory/index.js';
import { toMessageDto, type MessageRow } from '../messages/index.js';

/** A stretch of a conversation, and the version of its membership now. */
export interface MissedStretch {
  readonly messages: readonly MessageDto[];
  readonly membershipVersion: number;
}

type StoredRow = Omit<MessageRow, 'timestamp'> & { readonly timestamp: string | Date };

const COLUMNS = `id, conversation_id AS conversationId, seq, sender_id AS senderId, receiver_id AS receiverId,
  group_id AS groupId, content, timestamp, client_msg_id AS clientMsgId`;

/** Messages that the bus has not brought, as their receivers get them live. */
@Injectable()
export class MissedMessagesRepository {
  constructor(
    private readonly database: Database,
    private readonly directory: DirectoryRepository,
  ) {}

  /** Messages `from … to` in seq order, names as of now. Null when there is no such conversation. */
  async find(conversationId: string, from: number, to: number): Promise<MissedStretch | null> {
    const conversation = await this.findConversation(conversationId);
    if (!conversation) return null;
    const rows: StoredRow[] = await this.database.read.query(
      `SELECT ${COLUMNS} FROM messages WHERE conversation_id = ? AND seq BETWEEN ? AND ? ORDER BY seq`,
      [conversation.id, from, to],
    );
    const ids = rows.flatMap(({ senderId, receiverId }) => (receiverId === null ? [senderId] : [senderId, receiverId]));
    const users = await this.directory.findUsers(this.database.read, ids);
    const messages = rows.map((row) =>
      toMessageDto({ ...row, timestamp: fromDbTime(row.timestamp) }, users, 'DELIVERED'),
    );
    return { messages, membershipVersion: conversation.version };
  }

  private async findConversation(
    conversationId: string,
  ): Promise<{ readonly id: number; readonly version: number } | null> {
    const ref = parseConversationId(conversationId);
    if (!ref) return null;
    const [where, values] =
      ref.kind === 'GROUP' ? ['group_id = ?', [ref.groupId]] : ['low_id = ? AND high_id = ?', [ref.lowId, ref.highId]];
    const rows: { id: number; version: number }[] = await this.database.read.query(
      `SELECT id, membership_version AS version FROM conversations WHERE ${where}`,
      values,
    );
    return rows[0] ?? null;
  }
}
