import { AppError } from '@app/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PRESENCE_LEASE_MS, PRESENCE_RENEW_MS, type PresenceStore, type PresenceTransition } from './presence-store.js';

/** A fresh, empty store under a clock that the test moves. */
export interface PresenceHarness {
  readonly store: PresenceStore;
  /** Another handle on the same state, as a second process has one; `store` itself where one process is all there is. */
  readonly peer: PresenceStore;
  /** The store's clock, epoch milliseconds. */
  readonly now: () => Promise<number>;
  /** Lets that much time pass for leases; nothing renews or sweeps by itself. */
  readonly advance: (ms: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface PresenceRule {
  readonly name: string;
  readonly check: (harness: PresenceHarness) => Promise<void>;
}

const NONE = new Map<string, number>();
const on = (username: string): PresenceTransition => ({ username, online: true });
const off = (username: string): PresenceTransition => ({ username, online: false });
const byName = (transitions: readonly PresenceTransition[]): PresenceTransition[] =>
  [...transitions].sort((a, b) => (a.username < b.username ? -1 : 1));
const statusOf = async (store: PresenceStore, name: string): Promise<unknown> =>
  (await store.statusOf([name])).get(name);

/** Connects each name once on the instance, which takes its lease first. */
const start = async (store: PresenceStore, instanceId: string, ...names: string[]): Promise<void> => {
  await store.renew(instanceId, NONE);
  for (const name of names) await store.connect(instanceId, name);
};

const transitions: PresenceRule[] = [
  {
    name: 'returns a transition on 0 to 1 and on 1 to 0 sessions, and on no other step',
    check: async ({ store }) => {
      await store.renew('a', NONE);
      expect(await store.connect('a', 'ann')).toEqual(on('ann'));
      expect(await store.connect('a', 'ann')).toBeNull();
      expect(await store.disconnect('a', 'ann')).toBeNull();
      expect(await store.disconnect('a', 'ann')).toEqual(off('ann'));
    },
  },
  {
    name: 'counts the sessions of all instances together, so that each transition is returned once',
    check: async ({ store, peer }) => {
      await store.renew('a', NONE);
      await peer.renew('b', NONE);
      const connects = await Promise.all([store.connect('a', 'ann'), peer.connect('b', 'ann')]);
      expect(connects.filter((transition) => transition !== null)).toEqual([on('ann')]);
      const ends = await Promise.all([store.disconnect('a', 'ann'), peer.disconnect('b', 'ann')]);
      expect(ends.filter((transition) => transition !== null)).toEqual([off('ann')]);
    },
  },
  {
    name: 'never counts below zero',
    check: async ({ store }) => {
      await start(store, 'a', 'ann');
      await store.disconnect('a', 'ann');
      expect(await store.disconnect('a', 'ann')).toBeNull();
      expect(await store.disconnect('a', 'nobody')).toBeNull();
      expect(await store.disconnect('unknown', 'ann')).toBeNull();
      expect(await store.connect('a', 'ann')).toEqual(on('ann'));
      expect(await statusOf(store, 'ann')).toBe('online');
    },
  },
  {
    name: "takes a session from no other instance's count",
    check: async ({ store, peer }) => {
      await store.renew('a', NONE);
      await start(peer, 'b', 'ann');
      expect(await store.disconnect('a', 'ann')).toBeNull();
      expect(await statusOf(store, 'ann')).toBe('online');
    },
  },
  {
    name: 'keeps the time of the transition as the time last online',
    check: async ({ store, now, advance }) => {
      await start(store, 'a', 'ann');
      await store.connect('a', 'ann');
      await store.disconnect('a', 'ann');
      await advance(5_000);
      const before = await now();
      await store.disconnect('a', 'ann');
      const after = await now();
      await advance(5_000);
      const seen = await statusOf(store, 'ann');
      expect(seen).toBeGreaterThanOrEqual(before);
      expect(seen).toBeLessThanOrEqual(after);
    },
  },
];

const leases: PresenceRule[] = [
  {
    name: 'keeps an instance that renews in time',
    check: async ({ store, advance }) => {
      await start(store, 'a', 'ann');
      for (let round = 0; round < 5; round += 1) {
        await advance(PRESENCE_RENEW_MS);
        expect(await store.renew('a', NONE)).toEqual([]);
        expect(await store.sweep()).toEqual([]);
      }
      await advance(PRESENCE_LEASE_MS - 1_000);
      expect(await store.sweep()).toEqual([]);
      expect(await statusOf(store, 'ann')).toBe('online');
    },
  },
  {
    name: 'ends the sessions of an instance whose lease ran out, at the next sweep of any instance, once',
    check: async ({ store, peer, now, advance }) => {
      await start(store, 'a', 'ann', 'bob');
      await peer.renew('b', NONE);
      await advance(PRESENCE_LEASE_MS);
      const before = await now();
      expect(byName(await peer.sweep())).toEqual([off('ann'), off('bob')]);
      expect(await store.sweep()).toEqual([]);
      expect(await store.listOnline(10)).toEqual([]);
      expect(await statusOf(store, 'ann')).toBeGreaterThanOrEqual(before);
    },
  },
  {
    name: 'keeps a user whom a live instance counts, too, when another lease runs out',
    check: async ({ store, peer, advance }) => {
      await start(store, 'a', 'ann');
      await advance(PRESENCE_LEASE_MS - 1_000);
      await start(peer, 'b', 'ann');
      await advance(1_000);
      expect(await peer.sweep()).toEqual([]);
      expect(await peer.disconnect('b', 'ann')).toEqual(off('ann'));
    },
  },
  {
    name: 'counts no session of a dead lease when the last live one ends before the sweep',
    check: async ({ store, peer, advance }) => {
      await start(store, 'a', 'ann');
      await advance(PRESENCE_LEASE_MS - 1_000);
      await start(peer, 'b', 'ann');
      await advance(1_000);
      expect(await peer.disconnect('b', 'ann')).toEqual(off('ann'));
      expect(await peer.sweep()).toEqual([]);
    },
  },
  {
    name: 'adds all sessions of an instance again when it renews after the sweep',
    check: async ({ store, advance }) => {
      await start(store, 'a', 'ann', 'bob');
      await advance(PRESENCE_LEASE_MS);
      await store.sweep();
      const sessions = new Map([
        ['ann', 2],
        ['cid', 1],
        ['dan', 0],
      ]);
      expect(byName(await store.renew('a', sessions))).toEqual([on('ann'), on('cid')]);
      expect(await store.disconnect('a', 'ann')).toBeNull();
      expect(await store.disconnect('a', 'ann')).toEqual(off('ann'));
      expect(await store.listOnline(10)).toEqual(['cid']);
    },
  },
  {
    name: 'replaces what it counted when the instance renews after the end of its lease and before a sweep',
    check: async ({ store, advance }) => {
      await start(store, 'a', 'ann', 'bob');
      await advance(PRESENCE_LEASE_MS);
      expect(byName(await store.renew('a', new Map([['bob', 1]])))).toEqual([off('ann')]);
      expect(await store.sweep()).toEqual([]);
      expect(await store.disconnect('a', 'bob')).toEqual(off('bob'));
    },
  },
  {
    name: 'renews a live lease without counting anew',
    check: async ({ store }) => {
      await start(store, 'a', 'ann');
      expect(await store.renew('a', new Map([['bob', 1]]))).toEqual([]);
      expect(await store.listOnline(10)).toEqual(['ann']);
    },
  },
  {
    name: 'gives an instance without a lease one at connect, and counts all of its sessions anew at the next renewal',
    check: async ({ store, advance }) => {
      await start(store, 'a', 'ann');
      await advance(PRESENCE_LEASE_MS);
      await store.sweep();
      expect(await store.connect('a', 'bob')).toEqual(on('bob'));
      expect(await store.sweep()).toEqual([]);
      const sessions = new Map([
        ['ann', 1],
        ['bob', 1],
      ]);
      expect(await store.renew('a', sessions)).toEqual([on('ann')]);
      expect(await store.listOnline(10)).toEqual(['ann', 'bob']);
      expect(await store.renew('a', NONE)).toEqual([]);
    },
  },
  {
    name: 'ends the sessions of an instance that leaves, and no others',
    check: async ({ store, peer }) => {
      await start(store, 'a', 'ann', 'bob');
      await start(peer, 'b', 'bob');
      expect(await store.leave('a')).toEqual([off('ann')]);
      expect(await store.leave('a')).toEqual([]);
      expect(await peer.listOnline(10)).toEqual(['bob']);
    },
  },
];

const answers: PresenceRule[] = [
  {
    name: 'lists the first names in order, and counts them all',
    check: async ({ store, peer }) => {
      await start(store, 'a', 'cid', 'Bob', 'ann');
      expect(await peer.listOnline(10)).toEqual(['Bob', 'ann', 'cid']);
      expect(await peer.listOnline(2)).toEqual(['Bob', 'ann']);
      expect(await peer.listOnline(0)).toEqual([]);
      expect(await peer.countOnline()).toBe(3);
    },
  },
  {
    name: 'answers a status for each name asked, null when nothing is known',
    check: async ({ store }) => {
      await start(store, 'a', 'ann');
      expect(await store.statusOf([])).toEqual(new Map());
      const status = await store.statusOf(['ann', 'nobody']);
      expect(status.size).toBe(2);
      expect(status.get('ann')).toBe('online');
      expect(status.get('nobody')).toBeNull();
    },
  },
  {
    name: 'takes any user name of the pattern, those of object properties too',
    check: async ({ store }) => {
      await start(store, 'a', '__proto__', 'constructor', 'A.b_c-9');
      expect(await store.listOnline(10)).toEqual(['A.b_c-9', '__proto__', 'constructor']);
      expect(await statusOf(store, 'toString')).toBeNull();
      expect(await store.disconnect('a', '__proto__')).toEqual(off('__proto__'));
    },
  },
  {
    name: 'keeps nothing of what it was given and hands out nothing of its own',
    check: async ({ store, advance }) => {
      const given = new Map([['ann', 1]]);
      const returned = await store.renew('a', given);
      expect(JSON.parse(JSON.stringify(returned))).toEqual(returned);
      given.set('bob', 1);
      given.delete('ann');
      (await store.listOnline(10)).push('cid');
      (await store.statusOf(['ann'])).clear();
      expect(await store.listOnline(10)).toEqual(['ann']);
      await advance(PRESENCE_LEASE_MS);
      expect(await store.sweep()).toEqual([off('ann')]);
    },
  },
  {
    name: 'is away once closed: every call is PRESENCE_UNAVAILABLE, never an empty answer',
    check: async ({ store }) => {
      await start(store, 'a', 'ann');
      expect(store.isUp()).toBe(true);
      await store.close();
      await store.close();
      expect(store.isUp()).toBe(false);
      const calls = [
        () => store.connect('a', 'ann'),
        () => store.disconnect('a', 'ann'),
        () => store.renew('a', NONE),
        () => store.sweep(),
        () => store.leave('a'),
        () => store.listOnline(10),
        () => store.countOnline(),
        () => store.statusOf(['ann']),
      ];
      for (const call of calls) {
        const error: unknown = await call().then(
          () => null,
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(AppError);
        expect((error as AppError).code).toBe('PRESENCE_UNAVAILABLE');
      }
    },
  },
];

/** Everything that an adapter of {@link PresenceStore} must hold, one rule per entry. */
export const PRESENCE_RULES: readonly PresenceRule[] = [...transitions, ...leases, ...answers];

/** The contract suite: runs every rule against a fresh store of `makeStore`. */
export function describePresenceStore(name: string, makeStore: () => Promise<PresenceHarness>): void {
  describe(`${name}: the contract of PresenceStore`, () => {
    let harness: PresenceHarness;
    beforeEach(async () => {
      harness = await makeStore();
    });
    afterEach(() => harness.close());

    it.each(PRESENCE_RULES)('$name', async (rule) => {
      await expect(rule.check(harness)).resolves.toBeUndefined();
    });
  });
}
