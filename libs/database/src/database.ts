import type { DataSource, EntityManager } from 'typeorm';
import type { Dialect } from './database-settings.js';

/** How a dialect runs one unit of work: begin, work, commit, and what is retried or mapped. */
export type RunTransaction = <T>(work: (em: EntityManager) => Promise<T>) => Promise<T>;

/**
 * An open database. Everything written goes through {@link transaction} or {@link writer}; everything read outside a transaction through
 * {@link read}, which shows committed rows only. On SQLite one connection writes, one piece of work after the other in the order of their
 * calls, with every COMMIT on disk before it is answered (WAL, synchronous=FULL); on MySQL every transaction is READ COMMITTED.
 *
 * All of it throws AppError UNAVAILABLE when the database is away, frozen, full or overrun.
 */
export class Database {
  constructor(
    readonly dialect: Dialect,
    /** For plain writes outside a transaction. Inside `transaction` it is an error, where only the given EntityManager counts. */
    readonly writer: DataSource,
    /** On SQLite a second, read-only connection; on MySQL the writer itself. */
    readonly reader: DataSource,
    private readonly run: RunTransaction,
  ) {}

  /** Committed rows only, a write of one's own included as soon as its promise is settled. Refuses to write on SQLite. */
  get read(): EntityManager {
    return this.reader.manager;
  }

  /**
   * Runs `work` in one transaction and resolves after its COMMIT. When `work` rejects, everything it wrote is rolled back and the
   * promise rejects with its error. Inside, use `em` alone. `work` may run up to four times (MySQL: deadlock, lock wait), so it must not
   * do anything but database work.
   * @throws AppError UNAVAILABLE when the database is away: nothing was written; OUTCOME_UNKNOWN when the COMMIT itself failed.
   */
  transaction<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return this.run(work);
  }

  /** Closes all connections. Idempotent. */
  async close(): Promise<void> {
    for (const source of new Set([this.reader, this.writer])) if (source.isInitialized) await source.destroy();
  }
}
