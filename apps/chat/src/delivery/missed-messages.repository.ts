import { Injectable } from '@nestjs/common';
import { deletedUsername, parseConversationId, type MessageDto, type MessageUser } from '@app/contracts';
import { Database, fromDbTime } from '@app/database';
import { DirectoryRepository, type DirectoryUser } from '../directory/index.js';

/** A stretch of a conversation, and the version of its membership now. */
export interface MissedStretch {
  readonly messages: readonly MessageDto[];
  readonly membershipVersion: number;
}

interface MessageRow {
  readonly id: number;
  readonly seq: number;
  readonly sender_id: number;
  readonly receiver_id: number | null;
  readonly group_id: number | null;
  readonly content: string;
  readonly timestamp: string | Date;
  readonly client_msg_id: string | null;
}

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
    const rows: MessageRow[] = await this.database.read.query(
      `SELECT id, seq, sender_id, receiver_id, group_id, content, timestamp, client_msg_id FROM messages
        WHERE conversation_id = ? AND seq BETWEEN ? AND ? ORDER BY seq`,
      [conversation.id, from, to],
    );
    const ids = rows.flatMap(({ sender_id, receiver_id }) =>
      receiver_id === null ? [sender_id] : [sender_id, receiver_id],
    );
    const users = await this.directory.findUsers(this.database.read, ids);
    return {
      messages: rows.map((row) => toDto(conversationId, row, users)),
      membershipVersion: conversation.membership_version,
    };
  }

  private async findConversation(
    conversationId: string,
  ): Promise<{ readonly id: number; readonly membership_version: number } | null> {
    const ref = parseConversationId(conversationId);
    if (!ref) return null;
    const [where, values] =
      ref.kind === 'GROUP' ? ['group_id = ?', [ref.groupId]] : ['low_id = ? AND high_id = ?', [ref.lowId, ref.highId]];
    const rows: { id: number; membership_version: number }[] = await this.database.read.query(
      `SELECT id, membership_version FROM conversations WHERE ${where}`,
      values,
    );
    return rows[0] ?? null;
  }
}

function toDto(conversationId: string, row: MessageRow, users: ReadonlyMap<number, DirectoryUser>): MessageDto {
  const user = (id: number): MessageUser => ({ id, username: users.get(id)?.username ?? deletedUsername(id) });
  return {
    id: row.id,
    sender: user(row.sender_id),
    receiver: row.receiver_id === null ? null : user(row.receiver_id),
    groupId: row.group_id,
    content: row.content,
    timestamp: fromDbTime(row.timestamp).toISOString(),
    type: 'CHAT',
    status: 'DELIVERED',
    conversationId,
    seq: row.seq,
    clientMsgId: row.client_msg_id,
  };
}
