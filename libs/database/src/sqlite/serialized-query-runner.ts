import { AsyncLocalStorage } from 'node:async_hooks';
import type { QueryRunner } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import { mapDatabaseError } from '../database-errors.js';
import type { WriteQueue } from './write-queue.js';

interface TransactionScope {
  readonly runner: QueryRunner;
  readonly queue: WriteQueue;
  open: boolean;
}
const scopes = new AsyncLocalStorage<TransactionScope>();

/** Runs `work` so that any other use of the same writing connection inside it is told apart from a competitor, and refused. */
export async function insideTransaction<T>(runner: QueryRunner, queue: WriteQueue, work: () => Promise<T>): Promise<T> {
  const scope: TransactionScope = { runner, queue, open: true };
  try {
    return await scopes.run(scope, work);
  } finally {
    scope.open = false;
  }
}

/** Reads on the read-only connection: a runner per use, the prepared statements shared. */
export class SqliteQueryRunner extends BetterSqlite3QueryRunner {
  constructor(driver: BetterSqlite3Driver, statements: Map<string, unknown>) {
    super(driver);
    (this as unknown as { stmtCache: Map<string, unknown> }).stmtCache = statements;
  }

  override async query(query: string, parameters?: unknown[], useStructuredResult?: boolean): Promise<never> {
    try {
      return (await super.query(query, parameters, useStructuredResult)) as never;
    } catch (error) {
      throw mapDatabaseError(error);
    }
  }
}

/**
 * Writes on the one writing connection: holds the queue from BEGIN to COMMIT or ROLLBACK, and around every statement outside a transaction.
 */
export class SerializedQueryRunner extends SqliteQueryRunner {
  private holds = false;

  constructor(
    driver: BetterSqlite3Driver,
    statements: Map<string, unknown>,
    private readonly queue: WriteQueue,
  ) {
    super(driver, statements);
  }

  override async startTransaction(): Promise<void> {
    if (this.holds) return super.startTransaction();
    await this.acquire();
    this.holds = true;
    try {
      await super.startTransaction();
    } catch (error) {
      this.isTransactionActive = false;
      this.free();
      throw error;
    }
  }

  override async commitTransaction(): Promise<void> {
    await super.commitTransaction();
    this.free();
  }

  override async rollbackTransaction(): Promise<void> {
    try {
      await super.rollbackTransaction();
    } catch (error) {
      // SQLite ends a transaction by itself on some errors (disk full); what remains is closed by the next BEGIN or not there.
      this.isTransactionActive = false;
      throw error;
    } finally {
      this.free();
    }
  }

  override async query(query: string, parameters?: unknown[], useStructuredResult?: boolean): Promise<never> {
    // IMMEDIATE: a second writer is met here, not at the first INSERT of a transaction that has read already.
    if (this.holds)
      return super.query(query === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : query, parameters, useStructuredResult);
    await this.acquire();
    try {
      return await super.query(query, parameters, useStructuredResult);
    } finally {
      this.queue.release(this);
    }
  }

  override async release(): Promise<void> {
    if (this.holds && this.isTransactionActive) await this.rollbackTransaction().catch(() => undefined);
    return super.release();
  }

  private acquire(): Promise<void> {
    const scope = scopes.getStore();
    if (scope?.open === true && scope.queue === this.queue && scope.runner !== (this as unknown as QueryRunner)) {
      throw new Error(
        'Inside database.transaction(em => …) only em may be used: the outer writer would wait for this transaction for ever',
      );
    }
    return this.queue.acquire(this);
  }

  private free(): void {
    if (!this.holds || this.isTransactionActive) return;
    this.holds = false;
    this.queue.release(this);
  }
}
