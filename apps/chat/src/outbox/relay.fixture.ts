import { AppError, TOPICS, type BusEvent, type MessageDto, type TopicName } from '@app/contracts';
import { InProcessMessageBus, type OutgoingRecord } from '@app/message-bus';
import type { RelayLease } from './outbox-relay.js';
import type { AppendedRecord, OutboxRecord, OutboxStore } from './outbox-record.js';

/** For tests: time that passes when told to. */
export class TestTimers {
  time = 1_000_000;
  private readonly tasks = new Set<{ readonly at: number; readonly run: () => void }>();

  now = (): number => this.time;

  after = (ms: number, run: () => void): (() => void) => {
    const task = { at: this.time + ms, run };
    this.tasks.add(task);
    return () => void this.tasks.delete(task);
  };

  /** Runs what falls due within `ms`, in order. */
  advance(ms: number): void {
    const until = this.time + ms;
    for (;;) {
      const [next] = [...this.tasks].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.tasks.delete(next);
      this.time = Math.max(this.time, next.at);
      next.run();
    }
    this.time = until;
  }

  get pending(): number {
    return this.tasks.size;
  }
}

/** For tests: a bus that can be away, refuse single records and hang. */
export class TestBus extends InProcessMessageBus {
  readonly published: OutgoingRecord[] = [];
  readonly batches: number[] = [];
  away = false;
  refuses: (record: OutgoingRecord) => boolean = () => false;
  gate: Promise<void> | null = null;

  override async publish(topic: TopicName, records: readonly OutgoingRecord[]): Promise<void> {
    await this.gate;
    if (this.away) throw new AppError('UNAVAILABLE', { message: 'planted outage' });
    if (records.some((record) => this.refuses(record))) throw new Error('planted refusal');
    await super.publish(topic, records);
    this.published.push(...records);
    this.batches.push(records.length);
  }

  override isUp(): boolean {
    return !this.away && super.isUp();
  }

  get ids(): (number | undefined)[] {
    return this.published.map(({ value }) => (value as BusEvent).outboxId);
  }
}

/** For tests: an outbox in memory. */
export class TestStore implements OutboxStore {
  readonly rows: OutboxRecord[] = [];
  readonly marks: (readonly number[])[] = [];
  readonly failures: number[] = [];
  readonly dead: { readonly id: number; readonly reason: string }[] = [];
  reads = 0;
  broken = false;

  async listUnpublished(owner: string, limit: number): Promise<OutboxRecord[]> {
    if (this.broken) throw new AppError('UNAVAILABLE');
    this.reads++;
    const done = new Set([...this.marks.flat(), ...this.dead.map(({ id }) => id)]);
    return this.rows.filter((row) => row.owner === owner && !done.has(row.id)).slice(0, limit);
  }

  async markPublished(ids: readonly number[]): Promise<void> {
    if (this.broken) throw new AppError('UNAVAILABLE');
    this.marks.push(ids);
  }

  async countFailure(id: number): Promise<void> {
    this.failures.push(id);
  }

  async bury(id: number, reason: string): Promise<void> {
    this.dead.push({ id, reason });
  }
}

/** For tests: a lease that is lost when told so. */
export class TestLease implements RelayLease {
  owner = 'me';
  held = true;
  private readonly listeners: (() => void)[] = [];

  onFenced(listener: () => void): void {
    this.listeners.push(listener);
  }

  async ensureHeld(): Promise<boolean> {
    return this.held;
  }

  fence(owner: string): void {
    this.owner = owner;
    for (const listener of this.listeners) listener();
  }
}

export const appended = (
  id: number,
  key = 'g:1',
  owner = 'me',
  topic: TopicName = TOPICS.messages,
): AppendedRecord => ({
  id,
  topic,
  key,
  owner,
  event: {
    v: 1,
    kind: 'message',
    conversationId: key,
    membershipVersion: 0,
    seq: id,
    fromSeq: id,
    message: { content: `message ${id}` } as MessageDto,
  },
});

export const many = (from: number, to: number, key?: string): AppendedRecord[] =>
  Array.from({ length: to - from + 1 }, (_, index) => appended(from + index, key));
