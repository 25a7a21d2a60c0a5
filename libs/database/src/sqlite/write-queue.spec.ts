import { afterEach, describe, expect, it, vi } from 'vitest';
import { WriteQueue } from './write-queue.js';

describe('WriteQueue', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('lets one owner in at a time, in the order of asking', async () => {
    const queue = new WriteQueue();
    const log: string[] = [];
    const work = async (name: string): Promise<void> => {
      const owner = {};
      await queue.acquire(owner);
      log.push(`${name} in`);
      await Promise.resolve();
      log.push(`${name} out`);
      queue.release(owner);
    };
    await Promise.all(['a', 'b', 'c'].map(work));
    expect(log).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
    expect(queue.isFree()).toBe(true);
  });

  it('ignores a release by who does not hold it', async () => {
    const queue = new WriteQueue();
    const owner = {};
    await queue.acquire(owner);
    queue.release({});
    expect(queue.isFree()).toBe(false);
    queue.release(owner);
    expect(queue.isFree()).toBe(true);
  });

  it('gives up waiting after a time and lets the next in later', async () => {
    vi.useFakeTimers();
    const queue = new WriteQueue(1_000);
    const [holder, late, last] = [{}, {}, {}];
    await queue.acquire(holder);
    const refused = queue.acquire(late).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(999);
    const waiting = queue.acquire(last);
    await vi.advanceTimersByTimeAsync(1);
    expect(await refused).toMatchObject({ code: 'UNAVAILABLE' });
    queue.release(holder);
    await waiting;
    queue.release(late);
    expect(queue.isFree()).toBe(false);
  });

  it('refuses at once when too many wait', async () => {
    const queue = new WriteQueue(1_000, 1);
    const holder = {};
    await queue.acquire(holder);
    const waiting = queue.acquire({});
    await expect(queue.acquire({})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    queue.release(holder);
    await waiting;
  });
});
