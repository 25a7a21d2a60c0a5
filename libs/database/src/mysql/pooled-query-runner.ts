import type { ReplicationMode } from 'typeorm';
import type { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver.js';
import { MysqlQueryRunner } from 'typeorm/driver/mysql/MysqlQueryRunner.js';
import { isUnavailable, isLockConflict, mapDatabaseError } from '../database-errors.js';
import type { Semaphore } from './semaphore.js';

interface PooledConnection {
  promise(): { query(sql: string): Promise<unknown> };
  release(): void;
  destroy(): void;
}

/** What every session of the pool must have set before its first statement. */
const SESSION_SETTINGS = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 4",
];

/**
 * Takes a connection within bounded time, sets its session up once, and destroys instead of returning it to the pool after a time-out or a
 * broken socket: the answer of the abandoned statement would otherwise meet the next user of the connection.
 */
export class PooledQueryRunner extends MysqlQueryRunner {
  private connecting: Promise<unknown> | undefined;
  private holdsPermit = false;
  private broken = false;

  constructor(
    driver: MysqlDriver,
    mode: ReplicationMode,
    private readonly permits: Semaphore,
    private readonly prepared: WeakSet<object>,
  ) {
    super(driver, mode);
  }

  override connect(): Promise<unknown> {
    this.connecting ??= this.takeConnection();
    return this.connecting;
  }

  override async query(query: string, parameters?: unknown[], useStructuredResult?: boolean): Promise<never> {
    try {
      return (await super.query(query, parameters, useStructuredResult)) as never;
    } catch (error) {
      if (isUnavailable(error) && !isLockConflict(error)) this.broken = true;
      throw isLockConflict(error) ? error : mapDatabaseError(error);
    }
  }

  override async rollbackTransaction(): Promise<void> {
    // A ROLLBACK would wait behind the statement that did not answer; the server rolls back when the connection is destroyed.
    if (this.broken) {
      this.isTransactionActive = false;
      return;
    }
    try {
      await super.rollbackTransaction();
    } catch (error) {
      this.broken = true;
      this.isTransactionActive = false;
      throw error;
    }
  }

  override async release(): Promise<void> {
    if (this.isReleased) return;
    this.isReleased = true;
    const connection = this.databaseConnection as PooledConnection | undefined;
    if (this.broken) connection?.destroy();
    else connection?.release();
    if (this.holdsPermit) this.permits.release();
    this.holdsPermit = false;
  }

  private async takeConnection(): Promise<unknown> {
    await this.permits.acquire();
    this.holdsPermit = true;
    try {
      const connection = (await super.connect()) as PooledConnection;
      await this.prepare(connection);
      return connection;
    } catch (error) {
      this.broken = true;
      throw mapDatabaseError(error);
    }
  }

  private async prepare(connection: PooledConnection): Promise<void> {
    const session = (connection as { connection?: object }).connection ?? connection;
    if (this.prepared.has(session)) return;
    for (const sql of SESSION_SETTINGS) await connection.promise().query(sql);
    this.prepared.add(session);
  }
}
