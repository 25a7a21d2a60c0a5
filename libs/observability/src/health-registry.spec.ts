import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventLoopWatch } from './event-loop-watch.js';
import { HealthRegistry } from './health-registry.js';

const still = { lagMs: () => 0, close: () => undefined };
let health: HealthRegistry;
beforeEach(() => {
  health = new HealthRegistry({ checkTimeoutMs: 20, eventLoop: still });
});
afterEach(() => vi.useRealTimers());

describe('readiness', () => {
  it('is there when every required check passes', async () => {
    health.add('database', 'required', () => true);
    health.add('migrations', 'required', () => Promise.resolve(true));
    expect(await health.readiness()).toEqual({ ready: true, degraded: [], failed: [] });
  });

  it.each<[string, () => boolean | Promise<boolean>]>([
    ['says no', () => false],
    ['throws', () => JSON.parse('{') as boolean],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['never answers', () => new Promise<boolean>(() => undefined)],
  ])('ends with a required check that %s', async (_case, check) => {
    health.add('presence', 'degrading', () => true);
    health.add('database', 'required', check);
    expect(await health.readiness()).toEqual({ ready: false, degraded: [], failed: ['database'] });
  });

  it('stays, and names what is missing, with a degrading one', async () => {
    health.add('redis', 'degrading', () => false);
    health.add('kafka', 'degrading', () => Promise.reject(new Error('down')));
    health.add('database', 'required', () => true);
    expect(await health.readiness()).toEqual({ ready: true, degraded: ['kafka', 'redis'], failed: [] });
  });

  it('ends at once with a shutdown', async () => {
    health.add('database', 'required', () => true);
    health.setDraining();
    expect(await health.readiness()).toEqual({ ready: false, degraded: [], failed: ['draining'] });
    expect(health.isDraining).toBe(true);
  });

  it('asks all checks at the same time', async () => {
    let started = 0;
    const whenAllStarted = async (): Promise<boolean> => {
      started += 1;
      await vi.waitUntil(() => started === 4);
      return true;
    };
    const patient = new HealthRegistry({ checkTimeoutMs: 10_000, eventLoop: still });
    for (const name of ['a', 'b', 'c', 'd']) patient.add(name, 'required', whenAllStarted);
    expect(await patient.readiness()).toMatchObject({ ready: true });
  });

  it('has one check per name', () => {
    health.add('database', 'required', () => true);
    expect(() => health.add('database', 'degrading', () => true)).toThrow('database');
  });
});

describe('liveness', () => {
  it('knows no dependency', async () => {
    health.add('database', 'required', () => false);
    health.setDraining();
    expect(health.liveness()).toBe(true);
  });

  it('ends when the event loop lags by five seconds', () => {
    let lag = 4999;
    const lagging = new HealthRegistry({ eventLoop: { lagMs: () => lag, close: () => undefined } });
    expect(lagging.liveness()).toBe(true);
    lag = 5000;
    expect(lagging.liveness()).toBe(false);
  });

  it('ends when something inside is stuck', () => {
    let stuck = false;
    health.addLiveness('consumer', () => !stuck);
    expect(health.liveness()).toBe(true);
    stuck = true;
    expect(health.liveness()).toBe(false);
  });
});

describe('the watch on the event loop', () => {
  it('sees a loop that did not turn, and one that turns again', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let now = 0;
    const watch = new EventLoopWatch(() => now, 1000);
    now = 900;
    expect(watch.lagMs()).toBe(0);
    now = 7000;
    expect(watch.lagMs()).toBe(6000);
    vi.advanceTimersByTime(1000);
    expect(watch.lagMs()).toBe(0);
    watch.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
