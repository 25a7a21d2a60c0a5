import type { Clock } from '@app/observability';
import type { Principal } from './principal.js';

export type RevocationReason = 'LOGOUT' | 'LOGOUT_ALL' | 'PASSWORD' | 'DELETED' | 'REFRESHED';

/** A row of auth's `revocations`. Times in epoch milliseconds. */
export interface RevocationRow {
  readonly id: number;
  readonly userId: number;
  /** Ends this one token. */
  readonly tokenId: string | null;
  /** Ends the user's tokens whose version is below. */
  readonly minVersion: number | null;
  /** Spares this token: the caller's own at a password change. */
  readonly exceptTokenId: string | null;
  readonly effectiveAt: number;
  /** From here on every token that the row can mean has expired by itself. */
  readonly expiresAt: number;
  readonly reason: RevocationReason;
}

export type RevocationListener = (row: RevocationRow) => void;

/**
 * The revocations that this instance knows, fed by a poll of the table (architecture.md, "The shape"). Rows arrive in any order and more than
 * once; each is told to the listeners once, when it arrives, which may be before its `effectiveAt`.
 */
export class RevocationList {
  private readonly rows = new Map<number, RevocationRow>();
  private readonly byUser = new Map<number, Map<number, RevocationRow>>();
  private readonly listeners = new Set<RevocationListener>();

  constructor(private readonly clock: Clock = Date.now) {}

  /** Number of rows held. */
  get size(): number {
    return this.rows.size;
  }

  /** Takes the whole table: rows that are not in it are forgotten. */
  replace(rows: Iterable<RevocationRow>): void {
    const all = [...rows];
    const kept = new Set(all.map((row) => row.id));
    for (const row of this.rows.values()) if (!kept.has(row.id)) this.forget(row);
    this.apply(all);
  }

  /** Adds the rows that are new, and forgets those whose tokens have all expired. */
  apply(rows: Iterable<RevocationRow>): void {
    const now = this.clock();
    for (const row of rows) if (row.expiresAt > now && !this.rows.has(row.id)) this.add(row);
    for (const row of this.rows.values()) if (row.expiresAt <= now) this.forget(row);
  }

  isRevoked(principal: Principal): boolean {
    const rows = this.byUser.get(principal.id);
    if (!rows) return false;
    const now = this.clock();
    for (const row of rows.values()) if (now >= row.effectiveAt && RevocationList.means(row, principal)) return true;
    return false;
  }

  /** Is this token among those that the row ends, now or at its `effectiveAt`? */
  static means(row: RevocationRow, principal: Principal): boolean {
    if (row.userId !== principal.id || row.exceptTokenId === principal.tokenId) return false;
    return row.tokenId === principal.tokenId || (row.minVersion !== null && principal.tokenVersion < row.minVersion);
  }

  /** Calls the listener for each row that is new from now on; the answer ends it. */
  onRevoked(listener: RevocationListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private add(row: RevocationRow): void {
    this.rows.set(row.id, row);
    const ofUser = this.byUser.get(row.userId) ?? new Map<number, RevocationRow>();
    this.byUser.set(row.userId, ofUser.set(row.id, row));
    for (const listener of this.listeners) listener(row);
  }

  private forget(row: RevocationRow): void {
    this.rows.delete(row.id);
    const ofUser = this.byUser.get(row.userId);
    ofUser?.delete(row.id);
    if (ofUser?.size === 0) this.byUser.delete(row.userId);
  }
}
