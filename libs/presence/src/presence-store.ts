/** A user went online or offline, everywhere. */
export interface PresenceTransition {
  readonly username: string;
  readonly online: boolean;
}

/** `online`, or when the user was last online (epoch milliseconds), or null when that is not known. */
export type PresenceStatus = 'online' | number | null;

/** How long an instance counts as alive after its last renewal, in milliseconds. */
export const PRESENCE_LEASE_MS = 30_000;
/** How often an instance renews its lease, in milliseconds. */
export const PRESENCE_RENEW_MS = 10_000;
/** How often any instance sweeps the leases that ran out, in milliseconds. */
export const PRESENCE_SWEEP_MS = 5_000;

/**
 * Who is online, by leases (reliability.md section 7): an instance holds one lease and counts its users' sessions; a user is online as long as
 * some live instance counts at least one. A lease lives {@link PRESENCE_LEASE_MS} by the store's own clock; that it ran out takes effect at
 * the next sweep. Each change of a user between online and offline is returned by exactly one call of one instance, for it to announce;
 * transitions come in no particular order. What a method returns is the caller's own. Every method but `description`, `isUp` and `close`
 * throws AppError PRESENCE_UNAVAILABLE while the store is away.
 */
export abstract class PresenceStore {
  /** A name for the start-up line, as `in-process` or `redis 127.0.0.1:6379`. */
  abstract readonly description: string;
  /**
   * One more session of the user on this instance. Returns the transition when it brought the user online, else null. Without a live lease
   * the instance gets one, and its next `renew` counts all of its sessions anew.
   */
  abstract connect(instanceId: string, username: string): Promise<PresenceTransition | null>;
  /** One session less; below zero is ignored. Returns the transition when the last one anywhere ended, else null. */
  abstract disconnect(instanceId: string, username: string): Promise<PresenceTransition | null>;
  /**
   * Renews the instance's lease and, when it had run out or none was held, counts `sessions` (username -> sessions) anew in place of what was
   * counted before; counts below 1 are left out. Call once before the first `connect` and every {@link PRESENCE_RENEW_MS} from then on.
   */
  abstract renew(instanceId: string, sessions: ReadonlyMap<string, number>): Promise<PresenceTransition[]>;
  /** Ends the sessions of instances whose lease ran out. Call every {@link PRESENCE_SWEEP_MS} from any instance. */
  abstract sweep(): Promise<PresenceTransition[]>;
  /** Gives the lease back at shutdown; the users' sessions on it end. */
  abstract leave(instanceId: string): Promise<PresenceTransition[]>;
  /** The first `limit` names online in the order of their UTF-16 units. */
  abstract listOnline(limit: number): Promise<string[]>;
  abstract countOnline(): Promise<number>;
  /** A status for each name asked. The time last online is that of the transition. */
  abstract statusOf(usernames: readonly string[]): Promise<Map<string, PresenceStatus>>;
  abstract isUp(): boolean;
  /** Idempotent; the store is away from then on. */
  abstract close(): Promise<void>;
}
