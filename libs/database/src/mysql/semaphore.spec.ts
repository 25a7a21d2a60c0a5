import { afterEach, describe, expect, it, vi } from 'vitest';
import { Semaphore } from './semaphore.js';

describe('Semaphore', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('admits as many as there are places, then in the order of asking', async () => {
    const semaphore = new Semaphore(2, 10, 1_000);
    await semaphore.acquire();
    await semaphore.acquire();
    const log: string[] = [];
    const third = semaphore.acquire().then(() => log.push('third'));
    const fourth = semaphore.acquire().then(() => log.push('fourth'));
    await Promise.resolve();
    expect(log).toEqual([]);
    semaphore.release();
    semaphore.release();
    await Promise.all([third, fourth]);
    expect(log).toEqual(['third', 'fourth']);
  });

  it('refuses who waits too long or finds too many waiting, and loses no place by it', async () => {
    vi.useFakeTimers();
    const semaphore = new Semaphore(1, 1, 1_000);
    await semaphore.acquire();
    const waiting = semaphore.acquire().catch((error: unknown) => error);
    await expect(semaphore.acquire()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await waiting).toMatchObject({ code: 'UNAVAILABLE' });
    semaphore.release();
    await semaphore.acquire();
  });
});
