import { DataSource, type DataSourceOptions, type EntityManager, type QueryRunner } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { Database } from '../database.js';
import { mapDatabaseError, outcomeUnknown } from '../database-errors.js';
import { registerClock } from '../database-time.js';
import type { DatabaseOptions } from '../database-settings.js';
import { TypeormLogger } from '../typeorm-logger.js';
import { loadSqliteDriver } from './sqlite-driver.js';
import { SerializedQueryRunner, SqliteQueryRunner, insideTransaction } from './serialized-query-runner.js';
import { WriteQueue } from './write-queue.js';

/** Prepared statements kept per connection: a multi-row statement counts once per number of rows. */
const STATEMENTS_KEPT = 2_000;

/**
 * Pages in the write-ahead log before a COMMIT copies them into the file. A busy page is copied once per checkpoint: four times SQLite's default
 * saves a third of the time of a loaded writer, for 16 MiB of log and some 10 ms once in a while.
 */
const CHECKPOINT_PAGES = 4_000;

interface Pragmas {
  pragma(text: string): unknown;
}

function sourceOptions(file: string, extra: Partial<DataSourceOptions>): DataSourceOptions {
  return {
    type: 'better-sqlite3',
    database: file,
    driver: loadSqliteDriver(),
    timeout: 5000,
    statementCacheSize: STATEMENTS_KEPT,
    logger: new TypeormLogger(undefined),
    ...extra,
  } as DataSourceOptions;
}

/** Entities name MySQL's types. AUTOINCREMENT of SQLite takes INTEGER only (64 bits anyway), and its TEXT has no sizes. */
const SQLITE_TYPES: Readonly<Record<string, string>> = { bigint: 'integer', mediumtext: 'text' };
function mapTypes(source: DataSource): void {
  const { driver } = source;
  const original = driver.normalizeType.bind(driver);
  driver.normalizeType = (column) => SQLITE_TYPES[String(column.type)] ?? original(column);
}

function useRunners(source: DataSource, create: (driver: BetterSqlite3Driver) => object): void {
  const driver = source.driver as BetterSqlite3Driver;
  driver.createQueryRunner = () => create(driver) as never;
}

export interface SqliteWriter {
  readonly source: DataSource;
  readonly queue: WriteQueue;
}

/** The one writing connection of `file`: WAL, and every COMMIT on disk before it is answered. Asserts both. */
export async function openSqliteWriter(file: string, extra: Partial<DataSourceOptions>): Promise<SqliteWriter> {
  const source = new DataSource(
    sourceOptions(file, {
      enableWAL: true,
      prepareDatabase: (database: Pragmas) => {
        database.pragma('synchronous = FULL');
        database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
        // What a multi-row INSERT needs to undo itself goes to a file beyond 64 KiB otherwise: 24 us a row instead of 7.
        database.pragma('temp_store = MEMORY');
      },
      ...extra,
    }),
  );
  const queue = new WriteQueue();
  const statements = new Map<string, unknown>();
  mapTypes(source);
  useRunners(source, (driver) => new SerializedQueryRunner(driver, statements, queue));
  await source.initialize();
  await assertDurable(source, file);
  return { source, queue };
}

async function assertDurable(source: DataSource, file: string): Promise<void> {
  const [synchronous]: { synchronous: number }[] = await source.query('PRAGMA synchronous');
  const [journal]: { journal_mode: string }[] = await source.query('PRAGMA journal_mode');
  if (synchronous?.synchronous === 2 && journal?.journal_mode === 'wal') return;
  await source.destroy();
  throw new Error(
    `${file} cannot be opened durably: journal_mode ${journal?.journal_mode}, synchronous ${synchronous?.synchronous}; wanted wal and 2`,
  );
}

async function openSqliteReader(file: string, options: DatabaseOptions): Promise<DataSource> {
  const source = new DataSource(
    sourceOptions(file, {
      readonly: true,
      fileMustExist: true,
      entities: options.entities,
    }),
  );
  const statements = new Map<string, unknown>();
  mapTypes(source);
  useRunners(source, (driver) => new SqliteQueryRunner(driver, statements));
  return source.initialize();
}

/** Opens `file` for one process: one connection that writes, one that reads committed rows. */
export async function openSqlite(file: string, options: DatabaseOptions): Promise<Database> {
  const writer = await openSqliteWriter(file, { entities: options.entities });
  const reader = await openSqliteReader(file, options).catch(async (error: unknown) => {
    await writer.source.destroy();
    throw error;
  });
  for (const source of [writer.source, reader]) registerClock(source, options.clock ?? Date.now);
  const guarded = options.refuseOuterWriter ?? true;
  return new Database('sqlite', writer.source, reader, (work) => runTransaction(writer, guarded, work));
}

async function runTransaction<T>(
  { source, queue }: SqliteWriter,
  guarded: boolean,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  const runner: QueryRunner = source.createQueryRunner();
  try {
    await runner.startTransaction();
    const result = await (guarded
      ? insideTransaction(runner, queue, () => work(runner.manager))
      : work(runner.manager));
    await runner.commitTransaction().catch((error: unknown) => {
      throw outcomeUnknown(error);
    });
    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw mapDatabaseError(error);
  } finally {
    await runner.release();
  }
}
