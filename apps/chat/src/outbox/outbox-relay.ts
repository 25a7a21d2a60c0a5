import { Inject, Injectable, Logger } from '@nestjs/common';
import { AppError, type TopicName } from '@app/contracts';
import { failpoint } from '@app/database';
import { MessageBus } from '@app/message-bus';
import { InstanceLease } from './instance-lease.js';
import { OutboxRepository } from './outbox.repository.js';
import { OUTBOX_OPTIONS, type OutboxOptions } from './outbox.options.js';
import type { AppendedRecord, OutboxRecord, OutboxStore } from './outbox-record.js';
import { PublishQueue } from './publish-queue.js';

const ASK_AGAIN_MS = 500;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5_000;

export interface PublishStep {
  readonly published: number;
  /** Milliseconds after which another step may do better; null: when there is new work. */
  readonly nextInMs: number | null;
}

/** Under which name rows are owned, and whether still. */
export type RelayLease = Pick<InstanceLease, 'owner' | 'ensureHeld' | 'onFenced'>;

/**
 * Takes the rows that this process owns to the bus, by conversation in order, then marks them (reliability.md 3.3). Dying between the two
 * publishes a row twice, which the consumers drop. What was committed here is published from memory; the table is read only for what this
 * process has not in hand: adopted rows, and what went beyond the memory.
 */
@Injectable()
export class OutboxRelay {
  private readonly logger = new Logger(OutboxRelay.name);
  private readonly queue = new PublishQueue();
  private readonly workListeners: (() => void)[] = [];
  private readonly committedListeners: ((records: readonly AppendedRecord[]) => void)[] = [];
  private unmarked: number[] = [];
  private marking: Promise<void> | null = null;
  private mustRead = true;
  private outages = 0;

  constructor(
    @Inject(OutboxRepository) private readonly store: OutboxStore,
    @Inject(InstanceLease) private readonly lease: RelayLease,
    private readonly bus: MessageBus,
    @Inject(OUTBOX_OPTIONS) private readonly options: OutboxOptions,
  ) {
    lease.onFenced(() => {
      this.queue.clear();
      this.poke();
    });
  }

  /** Rows in the table may wait that nobody gave to {@link committed}. */
  poke(): void {
    this.mustRead = true;
    for (const listener of this.workListeners) listener();
  }

  /**
   * Call after COMMIT with what `append` answered: it is pushed to this process's own sockets at once and published soon. Never throws: what is
   * committed is accepted, and whatever goes wrong here can only delay it, since the table still has it.
   */
  committed(records: readonly AppendedRecord[]): void {
    if (records.length === 0) return;
    try {
      this.handOver(records);
    } catch (error) {
      this.logger.error(error);
      this.poke();
    }
  }

  private handOver(records: readonly AppendedRecord[]): void {
    if (this.mustRead || this.queue.size + records.length > this.options.memory) this.mustRead = true;
    else this.queue.add(records.filter(({ owner }) => owner === this.lease.owner));
    for (const listener of this.committedListeners) listener(records);
    for (const listener of this.workListeners) listener();
  }

  onCommitted(listener: (records: readonly AppendedRecord[]) => void): void {
    this.committedListeners.push(listener);
  }

  onWork(listener: () => void): void {
    this.workListeners.push(listener);
  }

  /** Records in memory that are not published, and published rows that are not marked. */
  get backlog(): { readonly unpublished: number; readonly unmarked: number; readonly mustRead: boolean } {
    return { unpublished: this.queue.size, unmarked: this.unmarked.length, mustRead: this.mustRead };
  }

  /** Publishes the next records. Rejects only when the table cannot be read or written. */
  async publishNext(limit = this.options.batch): Promise<PublishStep> {
    if (!(await this.lease.ensureHeld())) return { published: 0, nextInMs: ASK_AGAIN_MS };
    if (this.queue.size === 0 && this.mustRead) await this.readTable();
    const now = this.options.timers.now();
    const records = this.queue.first(limit, now);
    if (records.length === 0) return { published: 0, nextInMs: this.queue.nextRelease(now) };
    failpoint('relay.after_claim');
    let published = 0;
    for (const [topic, part] of byTopic(records)) {
      const step = await this.publishPart(topic, part);
      published += step.published;
      if (step.nextInMs !== null) return { published, nextInMs: step.nextInMs };
    }
    return { published, nextInMs: 0 };
  }

  /** Marks what was published since the last time, all at once. */
  async markPublished(): Promise<void> {
    await this.marking;
    this.marking = this.markOnce().finally(() => {
      this.marking = null;
    });
    await this.marking;
  }

  private async publishPart(topic: TopicName, records: readonly OutboxRecord[]): Promise<PublishStep> {
    try {
      await this.publish(topic, records);
      return { published: records.length, nextInMs: null };
    } catch (error) {
      if (isOutage(error)) return this.outage(error);
    }
    return this.publishOneByOne(topic, records);
  }

  private async publishOneByOne(topic: TopicName, records: readonly OutboxRecord[]): Promise<PublishStep> {
    const refusedKeys = new Set<string>();
    let published = 0;
    for (const record of records) {
      if (refusedKeys.has(record.key)) continue;
      try {
        await this.publish(topic, [record]);
        published++;
      } catch (error) {
        if (isOutage(error)) return { ...this.outage(error), published };
        refusedKeys.add(record.key);
        await this.refused(record, error);
      }
    }
    return { published, nextInMs: null };
  }

  private async publish(topic: TopicName, records: readonly OutboxRecord[]): Promise<void> {
    await this.bus.publish(
      topic,
      records.map(({ id, key, event }) => {
        if (event === null) throw new AppError('MALFORMED_EVENT', { message: 'The payload is no JSON' });
        return { key, value: { ...event, outboxId: id } };
      }),
    );
    failpoint('relay.after_publish');
    this.outages = 0;
    this.queue.remove(records);
    this.unmarked.push(...records.map(({ id }) => id));
  }

  /** The bus is away: for as long as it takes, the rows stay where they are. */
  private outage(error: unknown): PublishStep {
    if (this.outages === 0) this.logger.warn(`The message bus is away, the outbox waits: ${messageOf(error)}`);
    const nextInMs = Math.min(FIRST_RETRY_MS * 2 ** this.outages, LAST_RETRY_MS);
    this.outages = Math.min(this.outages + 1, 16);
    return { published: 0, nextInMs };
  }

  private async refused(record: OutboxRecord, error: unknown): Promise<void> {
    const reason = messageOf(error);
    const { count, forMs } = this.queue.refused(record, this.options.timers.now());
    await this.store.countFailure(record.id);
    if (count < this.options.poisonFailures || forMs < this.options.poisonAfterMs) return;
    this.logger.error(`Outbox row ${record.id} cannot be published and moves to outbox_dead: ${reason}`);
    await this.store.bury(record.id, reason);
    this.queue.remove([record]);
  }

  private async readTable(): Promise<void> {
    await this.markPublished();
    this.mustRead = false;
    try {
      const records = await this.store.listUnpublished(this.lease.owner, this.options.batch);
      if (records.length === this.options.batch) {
        // What was committed meanwhile stands behind the rows that are still in the table.
        this.mustRead = true;
        this.queue.clear();
      }
      this.queue.addFirst(records);
    } catch (error) {
      this.mustRead = true;
      throw error;
    }
  }

  private async markOnce(): Promise<void> {
    const ids = this.unmarked;
    if (ids.length === 0) return;
    this.unmarked = [];
    try {
      failpoint('relay.before_mark');
      await this.store.markPublished(ids);
    } catch (error) {
      this.unmarked = [...ids, ...this.unmarked];
      throw error;
    }
  }
}

const isOutage = (error: unknown): boolean => error instanceof AppError && error.code === 'UNAVAILABLE';
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function byTopic(records: readonly OutboxRecord[]): Map<TopicName, OutboxRecord[]> {
  const parts = new Map<TopicName, OutboxRecord[]>();
  for (const record of records) {
    const part = parts.get(record.topic);
    if (part) part.push(record);
    else parts.set(record.topic, [record]);
  }
  return parts;
}
