/** A user went online or offline, everywhere. */
export interface PresenceTransition {
  readonly username: string;
  readonly online: boolean;
}

/** `online`, or when the user was last online (epoch milliseconds), or null when that is not known. */
export type PresenceStatus = 'online' | number | null;

/**
 * Who is online, by leases (reliability.md section 7): an instance holds one lease and counts its users' sessions; a user is online as long as
 * some live instance counts at least one. Every method throws AppError PRESENCE_UNAVAILABLE while the store is away.
 */
export abstract class PresenceStore {
  abstract readonly description: string;
  /** One more session of the user on this instance. Returns the transition when it brought the user online, else null. */
  abstract connect(instanceId: string, username: string): Promise<PresenceTransition | null>;
  /** One session less; below zero is ignored. Returns the transition when the last one anywhere ended, else null. */
  abstract disconnect(instanceId: string, username: string): Promise<PresenceTransition | null>;
  /** Renews the instance's lease and, when it had run out, counts `sessions` (username -> sessions) anew. Call every 10 s. */
  abstract renew(instanceId: string, sessions: ReadonlyMap<string, number>): Promise<PresenceTransition[]>;
  /** Ends the sessions of instances whose lease ran out. Call every 5 s from any instance. */
  abstract sweep(): Promise<PresenceTransition[]>;
  /** Gives the lease back at shutdown; the users' sessions on it end. */
  abstract leave(instanceId: string): Promise<PresenceTransition[]>;
  /** At most `limit` names, sorted. */
  abstract listOnline(limit: number): Promise<string[]>;
  abstract countOnline(): Promise<number>;
  /** A status for each name asked. */
  abstract statusOf(usernames: readonly string[]): Promise<Map<string, PresenceStatus>>;
  abstract isUp(): boolean;
  abstract close(): Promise<void>;
}
