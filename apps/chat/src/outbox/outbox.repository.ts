import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { BusEvent, TopicName } from '@app/contracts';
import { Database, databaseNow, execute, placeholders, toDbTime, valuesList } from '@app/database';
import { InstanceLease } from './instance-lease.js';
import {
  stampFromSeq,
  type AppendedRecord,
  type OutboxRecord,
  type OutboxStore,
  type OutgoingEvent,
} from './outbox-record.js';

const COLUMNS =
  'topic, aggregatetype, aggregateid, type, payload, conversation_id, seq, from_seq, owner, created_at, attempts';
const COLUMN_COUNT = COLUMNS.split(',').length;
const IDS_PER_UPDATE = 512;
const REASON_LENGTH = 500;

/** The transactional outbox (reliability.md 3.1): what is committed with a message reaches the bus later, however the process ends. */
@Injectable()
export class OutboxRepository implements OutboxStore {
  private step: number | null = null;

  constructor(
    private readonly database: Database,
    private readonly lease: InstanceLease,
  ) {}

  /**
   * Writes events in the caller's transaction, which holds the conversations' locks. Give the answer to `OutboxRelay.committed` after COMMIT.
   * `at` is the database's time in epoch milliseconds where the caller has it already.
   */
  async append(em: EntityManager, events: readonly OutgoingEvent[], at?: number): Promise<AppendedRecord[]> {
    if (events.length === 0) return [];
    const owner = this.lease.owner;
    const createdAt = toDbTime(at ?? (await databaseNow(em)));
    const stamped = stampFromSeq(events, await this.findLowestUnpublished(em, events));
    const values = stamped.flatMap((event, index) => rowOf(events[index]!, event, owner, createdAt));
    const sql = `INSERT INTO outbox (${COLUMNS}) VALUES ${valuesList(events.length, COLUMN_COUNT)}`;
    const { lastInsertId } = await execute(em, sql, values);
    // One statement's ids follow each other: MySQL reports the first, SQLite the last.
    const firstId = this.database.dialect === 'mysql' ? lastInsertId : lastInsertId - events.length + 1;
    const step = await this.idStep(em);
    return stamped.map((event, index) => ({
      id: firstId + index * step,
      topic: events[index]!.topic,
      key: event.conversationId,
      owner,
      event,
    }));
  }

  async listUnpublished(owner: string, limit: number): Promise<OutboxRecord[]> {
    const rows: UnpublishedRow[] = await this.database.read.query(
      `SELECT id, topic, aggregateid, owner, payload FROM outbox
        WHERE owner = ? AND published_at IS NULL ORDER BY id LIMIT ?`,
      [owner, limit],
    );
    return rows.map(({ id, topic, aggregateid, owner, payload }) => ({
      id,
      topic,
      key: aggregateid,
      owner,
      event: parseEvent(payload),
    }));
  }

  /** Whoever owns the rows meanwhile: they are on the bus. */
  async markPublished(ids: readonly number[]): Promise<void> {
    const em = this.database.writer.manager;
    for (let from = 0; from < ids.length; from += IDS_PER_UPDATE) {
      const part = padded(ids.slice(from, from + IDS_PER_UPDATE));
      const now = toDbTime(await databaseNow(em));
      const sql = `UPDATE outbox SET published_at = ? WHERE published_at IS NULL AND id IN (${placeholders(part.length)})`;
      await execute(em, sql, [now, ...part]);
    }
  }

  async countFailure(id: number): Promise<void> {
    await execute(this.database.writer.manager, 'UPDATE outbox SET attempts = attempts + 1 WHERE id = ?', [id]);
  }

  async bury(id: number, reason: string): Promise<void> {
    await this.database.transaction(async (em) => {
      const now = toDbTime(await databaseNow(em));
      await execute(
        em,
        `INSERT INTO outbox_dead (id, ${COLUMNS}, reason, died_at) SELECT id, ${COLUMNS}, ?, ? FROM outbox WHERE id = ?`,
        [reason.slice(0, REASON_LENGTH), now, id],
      );
      await execute(em, 'DELETE FROM outbox WHERE id = ?', [id]);
    });
  }

  private async findLowestUnpublished(
    em: EntityManager,
    events: readonly OutgoingEvent[],
  ): Promise<Map<number, number>> {
    const conversations = events
      .filter(({ event }) => event.kind === 'message')
      .map((event) => event.conversationRowId);
    if (conversations.length === 0) return new Map();
    const ids = padded([...new Set(conversations)]);
    const rows: { conversation_id: number; seq: number }[] = await em.query(
      `SELECT conversation_id, MIN(seq) AS seq FROM outbox
        WHERE conversation_id IN (${placeholders(ids.length)}) AND published_at IS NULL AND seq IS NOT NULL
        GROUP BY conversation_id`,
      ids,
    );
    return new Map(rows.map(({ conversation_id, seq }) => [conversation_id, seq]));
  }

  /** What one statement's ids differ by. */
  private async idStep(em: EntityManager): Promise<number> {
    if (this.database.dialect === 'sqlite') return 1;
    if (this.step === null) {
      const rows: { step: number }[] = await em.query('SELECT @@auto_increment_increment AS step');
      this.step = rows[0]?.step ?? 1;
    }
    return this.step;
  }
}

interface UnpublishedRow {
  readonly id: number;
  readonly topic: TopicName;
  readonly aggregateid: string;
  readonly owner: string;
  readonly payload: string;
}

function rowOf(outgoing: OutgoingEvent, event: BusEvent, owner: string, createdAt: string): unknown[] {
  const { seq, fromSeq } = event.kind === 'message' ? event : { seq: null, fromSeq: null };
  const { topic, conversationRowId } = outgoing;
  const payload = JSON.stringify(event);
  return [
    topic,
    'conversation',
    event.conversationId,
    event.kind,
    payload,
    conversationRowId,
    seq,
    fromSeq,
    owner,
    createdAt,
    0,
  ];
}

function parseEvent(payload: string): BusEvent | null {
  try {
    return JSON.parse(payload) as BusEvent;
  } catch {
    return null;
  }
}

/** The list at a length that is a power of two, its last element repeated: ten statements to prepare instead of five hundred. */
function padded(ids: readonly number[]): number[] {
  const length = 2 ** Math.ceil(Math.log2(ids.length));
  return [...ids, ...Array.from({ length: length - ids.length }, () => ids.at(-1)!)];
}
