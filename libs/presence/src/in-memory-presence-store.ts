import { AppError } from '@app/contracts';
import { PRESENCE_LEASE_MS, PresenceStore, type PresenceStatus, type PresenceTransition } from './presence-store.js';

interface Lease {
  expiresAt: number;
  /** False when a `connect` took the lease: the next `renew` counts everything anew. */
  complete: boolean;
  readonly sessions: Map<string, number>;
}

/** Presence of one process, with the leases and transitions that the shared stores have; its state ends with the process. */
export class InMemoryPresenceStore extends PresenceStore {
  readonly description = 'in-process';
  protected readonly leases = new Map<string, Lease>();
  protected readonly online = new Set<string>();
  protected readonly lastSeen = new Map<string, number>();
  private closed = false;

  /**
   * @param clock epoch milliseconds
   * @param leaseMs how long a lease lives without a renewal
   */
  constructor(
    protected readonly clock: () => number = Date.now,
    protected readonly leaseMs: number = PRESENCE_LEASE_MS,
  ) {
    super();
  }

  async connect(instanceId: string, username: string): Promise<PresenceTransition | null> {
    this.requireOpen();
    const lease = this.leaseFor(instanceId);
    if (!this.isLive(lease)) {
      lease.complete = false;
      lease.expiresAt = this.clock() + this.leaseMs;
    }
    lease.sessions.set(username, (lease.sessions.get(username) ?? 0) + 1);
    return this.settle(username);
  }

  async disconnect(instanceId: string, username: string): Promise<PresenceTransition | null> {
    this.requireOpen();
    const sessions = this.leases.get(instanceId)?.sessions;
    const count = sessions?.get(username) ?? 0;
    if (sessions === undefined || count === 0) return null;
    if (count === 1) sessions.delete(username);
    else sessions.set(username, count - 1);
    return this.settle(username);
  }

  async renew(instanceId: string, sessions: ReadonlyMap<string, number>): Promise<PresenceTransition[]> {
    this.requireOpen();
    const lease = this.leaseFor(instanceId);
    const recount = !lease.complete || !this.isLive(lease);
    lease.complete = true;
    lease.expiresAt = this.clock() + this.leaseMs;
    if (!recount) return [];
    const touched = new Set([...lease.sessions.keys(), ...sessions.keys()]);
    lease.sessions.clear();
    for (const [username, count] of sessions) if (count >= 1) lease.sessions.set(username, count);
    return this.settleAll(touched);
  }

  async sweep(): Promise<PresenceTransition[]> {
    this.requireOpen();
    const dead = [...this.leases].filter(([, lease]) => !this.isLive(lease));
    for (const [instanceId] of dead) this.leases.delete(instanceId);
    return this.settleAll(new Set(dead.flatMap(([, lease]) => [...lease.sessions.keys()])));
  }

  async leave(instanceId: string): Promise<PresenceTransition[]> {
    this.requireOpen();
    const lease = this.leases.get(instanceId);
    this.leases.delete(instanceId);
    return lease ? this.settleAll(lease.sessions.keys()) : [];
  }

  async listOnline(limit: number): Promise<string[]> {
    this.requireOpen();
    return [...this.online].sort().slice(0, Math.max(0, limit));
  }

  async countOnline(): Promise<number> {
    this.requireOpen();
    return this.online.size;
  }

  async statusOf(usernames: readonly string[]): Promise<Map<string, PresenceStatus>> {
    this.requireOpen();
    return new Map(
      usernames.map((name) => [name, this.online.has(name) ? 'online' : (this.lastSeen.get(name) ?? null)]),
    );
  }

  isUp(): boolean {
    return !this.closed;
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  protected isLive(lease: Lease): boolean {
    return this.clock() < lease.expiresAt;
  }

  /** Brings what is announced of the user in line with what the live instances count; the transition when that changed it. */
  protected settle(username: string): PresenceTransition | null {
    const online = [...this.leases.values()].some((lease) => this.isLive(lease) && lease.sessions.has(username));
    if (online === this.online.has(username)) return null;
    if (online) {
      this.online.add(username);
      this.lastSeen.delete(username);
    } else {
      this.online.delete(username);
      this.lastSeen.set(username, this.clock());
    }
    return { username, online };
  }

  private settleAll(usernames: Iterable<string>): PresenceTransition[] {
    return [...usernames].map((name) => this.settle(name)).filter((transition) => transition !== null);
  }

  private leaseFor(instanceId: string): Lease {
    const held = this.leases.get(instanceId);
    if (held) return held;
    const lease: Lease = { expiresAt: Number.NEGATIVE_INFINITY, complete: false, sessions: new Map() };
    this.leases.set(instanceId, lease);
    return lease;
  }

  private requireOpen(): void {
    if (this.closed) throw new AppError('PRESENCE_UNAVAILABLE');
  }
}
