import type { TopicName } from '@app/contracts';

/** A record as the in-process bus holds it: its value as JSON text, shared by all groups. */
export interface StoredRecord {
  readonly topic: TopicName;
  readonly key: string;
  readonly json: string;
  readonly partition: number;
  readonly position: number;
  readonly timestamp: number;
}

/** FNV-1a, 32 bits: spreads keys over partitions; the same key always gives the same one. */
export function hashKey(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    hash ^= key.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** First in, first out, with a cheap front; what was taken is let go in chunks. */
export class RecordQueue {
  private records: StoredRecord[] = [];
  private head = 0;

  get length(): number {
    return this.records.length - this.head;
  }

  push(record: StoredRecord): void {
    this.records.push(record);
  }

  first(): StoredRecord | undefined {
    return this.records[this.head];
  }

  shift(): void {
    this.head++;
    if (this.head < 1_024 && this.head < this.records.length) return;
    this.records = this.records.slice(this.head);
    this.head = 0;
  }

  clear(): void {
    this.records = [];
    this.head = 0;
  }
}
