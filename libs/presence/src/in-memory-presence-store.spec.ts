import { describe, expect, it } from 'vitest';
import { InMemoryPresenceStore } from './in-memory-presence-store.js';
import { PRESENCE_RULES, describePresenceStore, type PresenceHarness } from './presence-store.contract.js';
import type { PresenceStatus, PresenceTransition } from './presence-store.js';

type StoreClass = new (clock: () => number) => InMemoryPresenceStore;

const harnessOf = (Store: StoreClass): PresenceHarness => {
  let time = Date.UTC(2026, 10, 22);
  const store = new Store(() => time);
  return {
    store,
    peer: store,
    now: async () => time,
    advance: async (ms) => {
      time += ms;
    },
    close: () => store.close(),
  };
};

describePresenceStore('InMemoryPresenceStore', async () => harnessOf(InMemoryPresenceStore));

type Sessions = ReadonlyMap<string, number>;

/** One strictness rule removed in each; the contract names the rules that must turn red. */
const MUTANTS: Record<string, { readonly Store: StoreClass; readonly caughtBy: string }> = {
  'a lease that never runs out': {
    Store: class extends InMemoryPresenceStore {
      protected override isLive(): boolean {
        return true;
      }
    },
    caughtBy: 'ends the sessions of an instance whose lease ran out',
  },
  'a lease that ends the moment it is given': {
    Store: class extends InMemoryPresenceStore {
      constructor(clock: () => number) {
        super(clock, 1_000);
      }
    },
    caughtBy: 'keeps an instance that renews in time',
  },
  'a transition on every call': {
    Store: class extends InMemoryPresenceStore {
      protected override settle(username: string): PresenceTransition {
        return super.settle(username) ?? { username, online: this.online.has(username) };
      }
    },
    caughtBy: 'returns a transition on 0 to 1 and on 1 to 0',
  },
  'a transition per instance instead of one for all': {
    Store: class extends InMemoryPresenceStore {
      override async connect(instanceId: string, username: string): Promise<PresenceTransition | null> {
        const first = !this.leases.get(instanceId)?.sessions.has(username);
        await super.connect(instanceId, username);
        return first ? { username, online: true } : null;
      }
    },
    caughtBy: 'counts the sessions of all instances together',
  },
  'a count below zero': {
    Store: class extends InMemoryPresenceStore {
      override async connect(instanceId: string, username: string): Promise<PresenceTransition | null> {
        const sessions = this.leases.get(instanceId)?.sessions;
        if (sessions?.get(`${username} owed`)) {
          sessions.delete(`${username} owed`);
          return null;
        }
        return super.connect(instanceId, username);
      }
      override async disconnect(instanceId: string, username: string): Promise<PresenceTransition | null> {
        const sessions = this.leases.get(instanceId)?.sessions;
        if (sessions && !sessions.has(username)) sessions.set(`${username} owed`, 1);
        return super.disconnect(instanceId, username);
      }
    },
    caughtBy: 'never counts below zero',
  },
  'a disconnect that takes from any instance': {
    Store: class extends InMemoryPresenceStore {
      override async disconnect(_instanceId: string, username: string): Promise<PresenceTransition | null> {
        const holder = [...this.leases].find(([, lease]) => lease.sessions.has(username))?.[0];
        return holder === undefined ? null : super.disconnect(holder, username);
      }
    },
    caughtBy: "takes a session from no other instance's count",
  },
  'a time last online from the connect': {
    Store: class extends InMemoryPresenceStore {
      private readonly since = new Map<string, number>();
      protected override settle(username: string): PresenceTransition | null {
        const transition = super.settle(username);
        if (transition?.online) this.since.set(username, this.clock());
        else if (transition) this.lastSeen.set(username, this.since.get(username)!);
        return transition;
      }
    },
    caughtBy: 'keeps the time of the transition',
  },
  'a renewal that never counts anew': {
    Store: class extends InMemoryPresenceStore {
      override async renew(instanceId: string): Promise<PresenceTransition[]> {
        return super.renew(instanceId, new Map());
      }
    },
    caughtBy: 'adds all sessions of an instance again',
  },
  'a renewal that adds to the stale counts': {
    Store: class extends InMemoryPresenceStore {
      override async renew(instanceId: string, sessions: Sessions): Promise<PresenceTransition[]> {
        const stale = this.leases.get(instanceId)?.sessions ?? new Map<string, number>();
        const sum = new Map(sessions);
        for (const [name, count] of stale) sum.set(name, (sum.get(name) ?? 0) + count);
        return super.renew(instanceId, sum);
      }
    },
    caughtBy: 'replaces what it counted',
  },
  'a renewal that always counts anew': {
    Store: class extends InMemoryPresenceStore {
      override async renew(instanceId: string, sessions: Sessions): Promise<PresenceTransition[]> {
        const lease = this.leases.get(instanceId);
        if (lease) lease.complete = false;
        return super.renew(instanceId, sessions);
      }
    },
    caughtBy: 'renews a live lease without counting anew',
  },
  'a connect whose lease hides from the renewal that sessions are missing': {
    Store: class extends InMemoryPresenceStore {
      override async connect(instanceId: string, username: string): Promise<PresenceTransition | null> {
        const transition = await super.connect(instanceId, username);
        this.leases.get(instanceId)!.complete = true;
        return transition;
      }
    },
    caughtBy: 'gives an instance without a lease one at connect',
  },
  'a connect without a lease of its own': {
    Store: class extends InMemoryPresenceStore {
      override async connect(instanceId: string, username: string): Promise<PresenceTransition | null> {
        const lease = this.leases.get(instanceId);
        return lease && this.isLive(lease) ? super.connect(instanceId, username) : null;
      }
    },
    caughtBy: 'gives an instance without a lease one at connect',
  },
  'a sweep that ends everyone of the dead instance': {
    Store: class extends InMemoryPresenceStore {
      override async sweep(): Promise<PresenceTransition[]> {
        const dead = [...this.leases.values()].filter((lease) => !this.isLive(lease));
        const names = dead.flatMap((lease) => [...lease.sessions.keys()]);
        await super.sweep();
        for (const name of names) this.online.delete(name);
        return names.map((username) => ({ username, online: false }));
      }
    },
    caughtBy: 'keeps a user whom a live instance counts',
  },
  'a disconnect that still counts dead leases': {
    Store: class extends InMemoryPresenceStore {
      private anyLease = false;
      override async disconnect(instanceId: string, username: string): Promise<PresenceTransition | null> {
        this.anyLease = true;
        const transition = await super.disconnect(instanceId, username);
        this.anyLease = false;
        return transition;
      }
      protected override isLive(lease: Parameters<InMemoryPresenceStore['isLive']>[0]): boolean {
        return this.anyLease || super.isLive(lease);
      }
    },
    caughtBy: 'counts no session of a dead lease',
  },
  'a leave that keeps the sessions': {
    Store: class extends InMemoryPresenceStore {
      override async leave(): Promise<PresenceTransition[]> {
        return [];
      }
    },
    caughtBy: 'ends the sessions of an instance that leaves',
  },
  'a list in the order of arrival': {
    Store: class extends InMemoryPresenceStore {
      override async listOnline(limit: number): Promise<string[]> {
        await super.listOnline(limit);
        return [...this.online].slice(0, limit);
      }
    },
    caughtBy: 'lists the first names in order',
  },
  'a list without a limit': {
    Store: class extends InMemoryPresenceStore {
      override async listOnline(): Promise<string[]> {
        return super.listOnline(Number.MAX_SAFE_INTEGER);
      }
    },
    caughtBy: 'lists the first names in order',
  },
  'a status that leaves out the unknown': {
    Store: class extends InMemoryPresenceStore {
      override async statusOf(usernames: readonly string[]): Promise<Map<string, PresenceStatus>> {
        return new Map([...(await super.statusOf(usernames))].filter(([, status]) => status !== null));
      }
    },
    caughtBy: 'answers a status for each name asked',
  },
  'a status by properties of an object': {
    Store: class extends InMemoryPresenceStore {
      override async statusOf(usernames: readonly string[]): Promise<Map<string, PresenceStatus>> {
        const byName = Object.fromEntries(await super.statusOf(usernames)) as Record<string, PresenceStatus>;
        for (const name of usernames) if (byName[name] === null) delete byName[name];
        return new Map(usernames.map((name) => [name, byName[name] ?? null]));
      }
    },
    caughtBy: 'takes any user name of the pattern',
  },
  "a lease that keeps the caller's map": {
    Store: class extends InMemoryPresenceStore {
      override async renew(instanceId: string, sessions: Sessions): Promise<PresenceTransition[]> {
        const transitions = await super.renew(instanceId, sessions);
        const lease = this.leases.get(instanceId)!;
        this.leases.set(instanceId, { ...lease, sessions: sessions as Map<string, number> });
        return transitions;
      }
    },
    caughtBy: 'keeps nothing of what it was given',
  },
  'an empty answer after close': {
    Store: class extends InMemoryPresenceStore {
      override async statusOf(usernames: readonly string[]): Promise<Map<string, PresenceStatus>> {
        return this.isUp() ? super.statusOf(usernames) : new Map();
      }
    },
    caughtBy: 'is away once closed',
  },
};

describe('the contract of PresenceStore', () => {
  for (const [mutant, { Store, caughtBy }] of Object.entries(MUTANTS)) {
    it(`catches ${mutant}`, async () => {
      const rules = PRESENCE_RULES.filter((rule) => rule.name.startsWith(caughtBy));
      expect(rules).toHaveLength(1);
      await expect(rules[0]!.check(harnessOf(Store))).rejects.toThrow();
    });
  }

  it('has a mutant for every rule', () => {
    const caught = Object.values(MUTANTS).map(({ caughtBy }) => caughtBy);
    const without = PRESENCE_RULES.filter(({ name }) => !caught.some((prefix) => name.startsWith(prefix)));
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});
