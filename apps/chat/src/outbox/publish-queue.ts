import type { OutboxRecord } from './outbox-record.js';

interface Failing {
  readonly count: number;
  readonly since: number;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 10_000;

/**
 * Records on their way to the bus, in order. A record that the bus refuses holds up its own conversation and nobody else's.
 */
export class PublishQueue {
  private records: OutboxRecord[] = [];
  private readonly ids = new Set<number>();
  private readonly failing = new Map<number, Failing>();
  private readonly heldUntil = new Map<string, number>();

  get size(): number {
    return this.records.length;
  }

  add(records: readonly OutboxRecord[]): void {
    for (const record of records) {
      if (this.ids.has(record.id)) continue;
      this.ids.add(record.id);
      this.records.push(record);
    }
  }

  /** Puts records before all others. */
  addFirst(records: readonly OutboxRecord[]): void {
    const later = this.records;
    this.records = [];
    this.ids.clear();
    this.add(records);
    this.add(later);
  }

  /** The first `limit` records of conversations that are not held up. They stay in the queue until removed. */
  first(limit: number, now: number): OutboxRecord[] {
    if (this.heldUntil.size === 0) return this.records.slice(0, limit);
    for (const [key, until] of this.heldUntil) if (until <= now) this.heldUntil.delete(key);
    return this.records.filter(({ key }) => !this.heldUntil.has(key)).slice(0, limit);
  }

  /** Milliseconds until a conversation is let go; null when none is held. */
  nextRelease(now: number): number | null {
    return this.heldUntil.size === 0 ? null : Math.max(0, Math.min(...this.heldUntil.values()) - now);
  }

  remove(records: readonly OutboxRecord[]): void {
    for (const { id } of records) {
      this.ids.delete(id);
      this.failing.delete(id);
    }
    this.records = this.records.filter(({ id }) => this.ids.has(id));
  }

  /** Notes a refusal and holds up the conversation, longer each time. */
  refused({ id, key }: OutboxRecord, now: number): { readonly count: number; readonly forMs: number } {
    const { count, since } = this.failing.get(id) ?? { count: 0, since: now };
    this.failing.set(id, { count: count + 1, since });
    this.heldUntil.set(key, now + Math.min(FIRST_RETRY_MS * 2 ** count, LAST_RETRY_MS));
    return { count: count + 1, forMs: now - since };
  }

  clear(): void {
    this.records = [];
    this.ids.clear();
    this.failing.clear();
    this.heldUntil.clear();
  }
}
