import { Inject, Injectable } from '@nestjs/common';
import type { BusEvent } from '@app/contracts';
import { Database, databaseNow, placeholders, toDbTime } from '@app/database';
import { OUTBOX_OPTIONS, type OutboxOptions } from './outbox.options.js';
import { OutboxUpkeepRepository } from './outbox-upkeep.repository.js';

/** What of one conversation stands in the outbox and may not have been consumed: up to `seq`, from the lowest one's baseline on. */
export interface ConversationHead {
  readonly conversationId: string;
  readonly seq: number;
  readonly fromSeq: number;
}

const EVENTS_PER_QUERY = 200;

/**
 * The rows that the bus may not have brought yet: unpublished ones of any owner, and those published after `since`, epoch milliseconds of this
 * process's clock (reliability.md 3.4, step 5).
 */
@Injectable()
export class OutboxReachRepository {
  constructor(
    private readonly database: Database,
    private readonly upkeep: OutboxUpkeepRepository,
    @Inject(OUTBOX_OPTIONS) private readonly options: OutboxOptions,
  ) {}

  /** Per conversation what its message rows amount to when they are taken in seq order. */
  async listHeads(since: number): Promise<ConversationHead[]> {
    const rows: { aggregateid: string; seq: number; from_seq: number }[] = await this.query(
      since,
      (reach) =>
        `SELECT aggregateid, MAX(seq) AS seq, MIN(from_seq) AS from_seq FROM ${reach}
          WHERE seq IS NOT NULL GROUP BY aggregateid`,
    );
    return rows.map(({ aggregateid, seq, from_seq }) => ({ conversationId: aggregateid, seq, fromSeq: from_seq }));
  }

  async listConversations(since: number): Promise<Set<string>> {
    const rows: { aggregateid: string }[] = await this.query(
      since,
      (reach) => `SELECT DISTINCT aggregateid FROM ${reach}`,
    );
    return new Set(rows.map(({ aggregateid }) => aggregateid));
  }

  /** Ids of the rows that are no messages, oldest first. */
  async listOtherIds(since: number): Promise<number[]> {
    const rows: { id: number }[] = await this.query(
      since,
      (reach) => `SELECT id FROM ${reach} WHERE seq IS NULL ORDER BY id`,
    );
    return rows.map(({ id }) => id);
  }

  async listEvents(ids: readonly number[]): Promise<{ readonly id: number; readonly event: BusEvent }[]> {
    const found: { id: number; event: BusEvent }[] = [];
    for (let from = 0; from < ids.length; from += EVENTS_PER_QUERY) {
      const part = ids.slice(from, from + EVENTS_PER_QUERY);
      const rows: { id: number; payload: string }[] = await this.database.read.query(
        `SELECT id, payload FROM outbox WHERE id IN (${placeholders(part.length)}) ORDER BY id`,
        part,
      );
      found.push(...rows.map(({ id, payload }) => ({ id, event: JSON.parse(payload) as BusEvent })));
    }
    return found;
  }

  private async query<Row>(since: number, sql: (reach: string) => string): Promise<Row[]> {
    const owners = await this.upkeep.listOwners();
    if (owners.length === 0) return [];
    // `since` is by this process's clock, the rows by the database's.
    const skew = (await databaseNow(this.database.read)) - this.options.timers.now();
    const part = `SELECT id, aggregateid, seq, from_seq FROM outbox WHERE owner IN (${placeholders(owners.length)})`;
    // Two ranges of the index on (owner, published_at); with OR the whole table would be read.
    const reach = `(${part} AND published_at IS NULL UNION ALL ${part} AND published_at >= ?) reach`;
    return this.database.read.query(sql(reach), [...owners, ...owners, toDbTime(Math.max(0, since + skew))]);
  }
}
