import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import type { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver.js';
import { setTimeout as delay } from 'node:timers/promises';
import { Database } from '../database.js';
import { isLockConflict, mapDatabaseError, outcomeUnknown } from '../database-errors.js';
import type { DatabaseLogger, DatabaseOptions } from '../database-settings.js';
import { TypeormLogger } from '../typeorm-logger.js';
import { PooledQueryRunner } from './pooled-query-runner.js';
import { Semaphore } from './semaphore.js';

const QUERY_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 3_000;
const ACQUIRE_TIMEOUT_MS = 2_000;
const MAX_WAITING = 200;
const ATTEMPTS = 4;

/** The pool of one account, every session READ COMMITTED and in UTC. */
export async function openMysqlSource(
  url: string,
  extra: Partial<DataSourceOptions>,
  poolSize = 10,
): Promise<DataSource> {
  const source = await createSource('mysql', url, extra, poolSize).initialize();
  const [server]: { version: string }[] = await source.query('SELECT VERSION() AS version');
  if (!/mariadb/i.test(server?.version ?? '')) return source;
  // TypeORM must know: MariaDB describes its columns in another way.
  await source.destroy();
  return createSource('mariadb', url, extra, poolSize).initialize();
}

function createSource(
  type: 'mysql' | 'mariadb',
  url: string,
  extra: Partial<DataSourceOptions>,
  poolSize: number,
): DataSource {
  const source = new DataSource({
    type,
    url,
    timezone: 'Z',
    charset: 'utf8mb4',
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableQueryTimeout: true,
    maxQueryExecutionTime: QUERY_TIMEOUT_MS,
    poolSize,
    logger: new TypeormLogger(undefined),
    extra: { enableKeepAlive: true, idleTimeout: 60_000, maxIdle: poolSize },
    ...extra,
  } as DataSourceOptions);
  const permits = new Semaphore(poolSize, MAX_WAITING, ACQUIRE_TIMEOUT_MS);
  const prepared = new WeakSet<object>();
  const driver = source.driver as MysqlDriver;
  driver.createQueryRunner = (mode) => new PooledQueryRunner(driver, mode, permits, prepared);
  return source;
}

/** Opens the pool; warns when the server may lose commits that it acknowledged (reliability.md 4.3). */
export async function openMysql(url: string, options: DatabaseOptions): Promise<Database> {
  const source = await openMysqlSource(
    url,
    { entities: options.entities, logger: new TypeormLogger(options.logger) },
    options.poolSize,
  );
  await checkDurability(source, options.logger);
  return new Database('mysql', source, source, (work) => runTransaction(source, work));
}

async function checkDurability(source: DataSource, logger: DatabaseLogger | undefined): Promise<void> {
  const rows: Record<string, number>[] = await source.query(
    'SELECT @@innodb_flush_log_at_trx_commit AS flushLog, @@log_bin AS binlog, @@sync_binlog AS syncBinlog',
  );
  const settings = rows[0] ?? {};
  if (settings['flushLog'] !== 1 || (settings['binlog'] === 1 && settings['syncBinlog'] !== 1))
    logger?.warn(
      { ...settings },
      'MySQL may lose acknowledged messages at power loss: set innodb_flush_log_at_trx_commit=1 and sync_binlog=1',
    );
}

async function runTransaction<T>(source: DataSource, work: (em: EntityManager) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(source, work);
    } catch (error) {
      if (!isLockConflict(error) || attempt === ATTEMPTS) throw mapDatabaseError(error);
      await delay(5 * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

async function runOnce<T>(source: DataSource, work: (em: EntityManager) => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  try {
    await runner.startTransaction();
    const result = await work(runner.manager);
    await runner.commitTransaction().catch((error: unknown) => {
      throw isLockConflict(error) ? error : outcomeUnknown(error);
    });
    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}
