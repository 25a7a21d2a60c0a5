import { TOPICS } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import type { OutboxRecord } from './outbox-record.js';
import { PublishQueue } from './publish-queue.js';

const record = (id: number, key = 'g:1'): OutboxRecord => ({
  id,
  key,
  topic: TOPICS.messages,
  owner: 'a',
  event: null,
});
const ids = (records: readonly OutboxRecord[]): number[] => records.map(({ id }) => id);

describe('PublishQueue', () => {
  it('hands out the oldest records again until they are removed', () => {
    const queue = new PublishQueue();
    queue.add([record(1), record(2), record(3)]);
    expect(ids(queue.first(2, 0))).toEqual([1, 2]);
    expect(ids(queue.first(2, 0))).toEqual([1, 2]);
    queue.remove([record(1), record(2)]);
    expect(ids(queue.first(2, 0))).toEqual([3]);
    expect(queue.size).toBe(1);
  });

  it('takes a record once, and what is put first goes before the rest', () => {
    const queue = new PublishQueue();
    queue.add([record(5), record(6)]);
    queue.add([record(6)]);
    queue.addFirst([record(3), record(5)]);
    expect(ids(queue.first(10, 0))).toEqual([3, 5, 6]);
  });

  it('holds up the conversation of a refused record and no other, longer each time', () => {
    const queue = new PublishQueue();
    queue.add([record(1, 'g:1'), record(2, 'g:2'), record(3, 'g:1')]);
    expect(queue.refused(record(1, 'g:1'), 0)).toEqual({ count: 1, forMs: 0 });
    expect(ids(queue.first(10, 0))).toEqual([2]);
    expect(queue.nextRelease(400)).toBe(600);
    expect(ids(queue.first(10, 1_000))).toEqual([1, 2, 3]);
    expect(queue.nextRelease(1_000)).toBeNull();
    expect(queue.refused(record(1, 'g:1'), 1_000)).toEqual({ count: 2, forMs: 1_000 });
    expect(queue.nextRelease(1_000)).toBe(2_000);
  });

  it('forgets the failures of what was published', () => {
    const queue = new PublishQueue();
    queue.add([record(1)]);
    queue.refused(record(1), 0);
    queue.remove([record(1)]);
    queue.add([record(1)]);
    expect(queue.refused(record(1), 5)).toEqual({ count: 1, forMs: 0 });
  });

  it('is empty after clear', () => {
    const queue = new PublishQueue();
    queue.add([record(1)]);
    queue.refused(record(1), 0);
    queue.clear();
    expect(queue.size).toBe(0);
    expect(queue.nextRelease(0)).toBeNull();
    queue.add([record(1)]);
    expect(ids(queue.first(1, 0))).toEqual([1]);
  });
});
