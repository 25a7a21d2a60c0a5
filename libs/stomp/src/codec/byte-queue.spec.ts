import { describe, expect, it } from 'vitest';
import { ByteQueue } from './byte-queue.js';

describe('ByteQueue', () => {
  it('takes a chunk as it is when it is empty, and lets go of it when it is used up', () => {
    const queue = new ByteQueue();
    const chunk = Buffer.from('abc');
    queue.append(chunk);
    expect(queue.bytes).toBe(chunk);
    queue.consume(2);
    expect(queue.slice(0, 1).toString()).toBe('c');
    queue.consume(1);
    expect(queue.bytes).toHaveLength(0);
  });

  it('copies what has to be joined a constant number of times', () => {
    const queue = new ByteQueue();
    const seen = new Set<Buffer>();
    for (let i = 0; i < 65_536; i++) {
      queue.append(Buffer.from([i & 255]));
      seen.add(queue.bytes);
    }
    expect(seen.size).toBeLessThan(12);
    expect(queue.length).toBe(65_536);
    expect(queue.slice(65_535, 65_536)[0]).toBe(255);
  });

  it('never writes over what it handed out', () => {
    const queue = new ByteQueue();
    queue.append(Buffer.from('a'));
    queue.append(Buffer.from('b'));
    const slice = queue.slice(0, 2);
    queue.consume(2);
    for (let i = 0; i < 5_000; i++) queue.append(Buffer.from('x'));
    expect(slice.toString()).toBe('ab');
  });
});
