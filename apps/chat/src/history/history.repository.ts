import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { fromDbTime } from '@app/database';
import { chunks } from '../directory/index.js';
import type { MessageRow } from '../messages/index.js';

/** A stretch of one conversation, both ends included. */
export interface SeqSpan {
  /** The row of the conversation. */
  readonly conversationRowId: number;
  readonly from: number;
  readonly to: number;
}

const COLUMNS = `id, conversation_id AS conversationId, seq, sender_id AS senderId, receiver_id AS receiverId, group_id AS groupId, content,
  timestamp, client_msg_id AS clientMsgId`;

const SPANS_PER_QUERY = 100;

@Injectable()
export class HistoryRepository {
  /** The messages of one stretch by seq: one walk along an index, wherever the stretch lies. */
  async listSpan(em: EntityManager, span: SeqSpan, descending: boolean): Promise<MessageRow[]> {
    if (span.to < span.from) return [];
    const rows: RawMessage[] = await em.query(
      `SELECT ${COLUMNS} FROM messages WHERE conversation_id = ? AND seq BETWEEN ? AND ? ORDER BY seq ${descending ? 'DESC' : 'ASC'}`,
      [span.conversationRowId, span.from, span.to],
    );
    return rows.map(toMessage);
  }

  /** The messages of several stretches, by conversation and seq. */
  async listSpans(em: EntityManager, spans: readonly SeqSpan[]): Promise<MessageRow[]> {
    const found: MessageRow[] = [];
    for (const part of chunks(spans, SPANS_PER_QUERY)) {
      const where = part.map(() => '(conversation_id = ? AND seq BETWEEN ? AND ?)').join(' OR ');
      const rows: RawMessage[] = await em.query(
        `SELECT ${COLUMNS} FROM messages WHERE ${where}`,
        part.flatMap((span) => [span.conversationRowId, span.from, span.to]),
      );
      found.push(...rows.map(toMessage));
    }
    return found.sort((a, b) => a.conversationId - b.conversationId || a.seq - b.seq);
  }
}

type RawMessage = Omit<MessageRow, 'timestamp'> & { readonly timestamp: string | Date };
const toMessage = (row: RawMessage): MessageRow => ({ ...row, timestamp: fromDbTime(row.timestamp) });
