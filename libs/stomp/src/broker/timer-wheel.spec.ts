import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TimerWheel } from './timer-wheel.js';

describe('TimerWheel', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls each entry within a tick of its time, over and over, until it leaves', () => {
    const wheel = new TimerWheel();
    const calls: number[] = [];
    const start = performance.now();
    wheel.add({ onTime: (now) => (calls.push(now - start) < 3 ? now + 1_000 : undefined) }, 500);
    vi.advanceTimersByTime(10_000);
    expect(calls).toHaveLength(3);
    expect(calls[0]).toBeGreaterThanOrEqual(400);
    expect(calls[0]).toBeLessThanOrEqual(600);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks again at the horizon for times beyond it', () => {
    const wheel = new TimerWheel();
    const calls: number[] = [];
    wheel.add({ onTime: (now) => void calls.push(now) }, Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(102_000);
    expect(calls).toHaveLength(0);
    vi.advanceTimersByTime(1_000);
    expect(calls).toHaveLength(1);
  });

  it('calls everything once after the event loop was blocked for longer than the horizon', () => {
    let now = 0;
    const wheel = new TimerWheel(() => now);
    const called = [0, 0, 0];
    for (const i of [0, 1, 2])
      wheel.add({ onTime: () => ((called[i] = (called[i] ?? 0) + 1), undefined) }, 1_000 * (i + 1));
    now = 1_000_000;
    vi.advanceTimersByTime(100);
    expect(called).toEqual([1, 1, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('starts again after it ran empty', () => {
    const wheel = new TimerWheel();
    const called = vi.fn<() => undefined>();
    wheel.add({ onTime: called }, 100);
    vi.advanceTimersByTime(1_000);
    expect(called).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1_000_000);
    wheel.add({ onTime: called }, 100);
    expect(wheel.now).toBe(performance.now());
    vi.advanceTimersByTime(300);
    expect(called).toHaveBeenCalledTimes(2);
  });
});
