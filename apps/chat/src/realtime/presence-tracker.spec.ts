import 'reflect-metadata';
import { AppError } from '@app/contracts';
import { InProcessSignals } from '@app/message-bus';
import { InMemoryPresenceStore } from '@app/presence';
import { SimpUserRegistry, StompSessionEvents, type StompSession } from '@app/stomp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PresenceLease } from './presence-lease.js';
import { PresenceRecorder } from './presence-recorder.js';
import { PresenceTracker } from './presence-tracker.js';
import { DEFAULT_REALTIME_OPTIONS } from './realtime.options.js';

const silent = { warn: () => undefined } as never;
const options = { ...DEFAULT_REALTIME_OPTIONS, instanceId: 'i1' };

class AwayStore extends InMemoryPresenceStore {
  away = false;
  override connect(instanceId: string, username: string) {
    return this.away ? Promise.reject(new AppError('PRESENCE_UNAVAILABLE')) : super.connect(instanceId, username);
  }
}

describe('presence of live sessions', () => {
  let store: AwayStore;
  let events: StompSessionEvents;
  let users: SimpUserRegistry;
  let told: unknown[];
  let stored: string[];
  let parts: { tracker: PresenceTracker; lease: PresenceLease; recorder: PresenceRecorder };

  beforeEach(async () => {
    vi.useFakeTimers();
    store = new AwayStore();
    events = new StompSessionEvents((error) => {
      throw error;
    });
    users = new SimpUserRegistry();
    told = [];
    stored = [];
    const signals = new InProcessSignals();
    signals.subscribe(({ payload }) => told.push(payload));
    const lastSeen = {
      record: (seen: readonly (readonly [string, number])[]) => {
        stored.push(...seen.map(([name]) => name));
        return Promise.resolve();
      },
    };
    const recorder = new PresenceRecorder(signals, lastSeen as never, silent, options);
    const lease = new PresenceLease(store, users, recorder, options);
    parts = { recorder, lease, tracker: new PresenceTracker(events, store, recorder, lease, options) };
    await lease.onApplicationBootstrap();
  });
  afterEach(async () => {
    await parts.tracker.onModuleDestroy();
    await parts.lease.onModuleDestroy();
    await parts.recorder.onModuleDestroy();
    vi.useRealTimers();
  });

  const session = (name: string): StompSession => ({ principal: { name } }) as StompSession;
  const arrive = async (one: StompSession): Promise<void> => {
    users.add(one as never);
    events.connected(one);
    await vi.advanceTimersByTimeAsync(0);
  };
  const go = async (one: StompSession): Promise<void> => {
    users.remove(one as never);
    events.disconnected(one, 1000);
    await vi.advanceTimersByTimeAsync(0);
  };

  it('tells of the first session that comes and of the last that goes', async () => {
    const [first, second] = [session('ann'), session('ann')];
    await arrive(first);
    await arrive(second);
    await go(first);
    expect(told).toEqual([{ username: 'ann', online: true }]);
    await go(second);
    expect(told).toEqual([
      { username: 'ann', online: true },
      { username: 'ann', online: false },
    ]);
  });

  it('stores last-seen times together', async () => {
    for (const name of ['ann', 'bob']) await arrive(session(name));
    for (const one of users.sessions()) await go(one);
    expect(stored).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stored).toEqual(['ann', 'bob']);
  });

  it('counts anew at the next renewal what came while the store was away', async () => {
    await arrive(session('ann'));
    store.away = true;
    await arrive(session('bob'));
    store.away = false;
    expect(await store.listOnline(10)).toEqual(['ann']);
    told.length = 0;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await store.listOnline(10)).toEqual(['ann', 'bob']);
    expect(told).toEqual([{ username: 'bob', online: true }]);
  });

  it('gives the users back when the instance ends', async () => {
    await arrive(session('ann'));
    await parts.lease.onModuleDestroy();
    expect(await store.listOnline(10)).toEqual([]);
  });
});
