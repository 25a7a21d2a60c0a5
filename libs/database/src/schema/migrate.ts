import {
  MigrationExecutor,
  type DataSource,
  type DataSourceOptions,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import type { DatabaseSettings } from '../database-settings.js';
import { openMysqlSource } from '../mysql/open-mysql.js';
import { openSqliteWriter } from '../sqlite/open-sqlite.js';

/** The tables of one owner: `owner` names its migrations table, `migrations_<owner>`. */
export interface Schema {
  readonly owner: 'auth' | 'chat';
  readonly entities: NonNullable<DataSourceOptions['entities']>;
  readonly migrations: readonly (new () => MigrationInterface)[];
}
export type MigrationSet = Pick<Schema, 'owner' | 'migrations'>;

/** How long another process's migration is waited for. */
const LOCK_WAIT_SECONDS = 60;

/**
 * Brings the owner's tables up to date and returns the names of the migrations that ran. One writer at a time, whoever else starts: on SQLite all of
 * them in one transaction, on MySQL under a named lock, one transaction each. To be called before {@link openDatabase}.
 */
export const migrate = (settings: DatabaseSettings, set: MigrationSet): Promise<string[]> =>
  withExecutor(settings, set, async (executor) =>
    (await executor.executePendingMigrations()).map((migration) => migration.name),
  );

/** Undoes the owner's last `steps` migrations, the newest first. Their data is gone. */
export const revertMigrations = (settings: DatabaseSettings, set: MigrationSet, steps = 1): Promise<void> =>
  withExecutor(settings, set, async (executor) => {
    for (let step = 0; step < steps; step += 1) await executor.undoLastMigration();
  });

async function withExecutor<T>(
  settings: DatabaseSettings,
  { owner, migrations }: MigrationSet,
  work: (executor: MigrationExecutor) => Promise<T>,
): Promise<T> {
  const extra = { migrations: [...migrations], migrationsTableName: `migrations_${owner}` };
  const source: DataSource =
    settings.driver === 'sqlite'
      ? (await openSqliteWriter(settings.file, extra)).source
      : await openMysqlSource(settings.url, { ...extra, maxQueryExecutionTime: undefined });
  const runner = source.createQueryRunner();
  try {
    const executor = new MigrationExecutor(source, runner);
    return settings.driver === 'sqlite'
      ? await insideOneTransaction(runner, executor, work)
      : await underNamedLock(runner, executor, owner, work);
  } finally {
    await runner.release();
    await source.destroy();
  }
}

async function insideOneTransaction<T>(
  runner: QueryRunner,
  executor: MigrationExecutor,
  work: (executor: MigrationExecutor) => Promise<T>,
): Promise<T> {
  executor.transaction = 'none';
  await runner.startTransaction();
  try {
    const result = await work(executor);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
}

async function underNamedLock<T>(
  runner: QueryRunner,
  executor: MigrationExecutor,
  owner: string,
  work: (executor: MigrationExecutor) => Promise<T>,
): Promise<T> {
  const name = `chatapp-migrate-${owner}`;
  const rows: { held: number | null }[] = await runner.query('SELECT GET_LOCK(?, ?) AS held', [
    name,
    LOCK_WAIT_SECONDS,
  ]);
  if (rows[0]?.held !== 1) throw new Error(`another process has been migrating ${owner} for ${LOCK_WAIT_SECONDS} s`);
  try {
    executor.transaction = 'each';
    return await work(executor);
  } finally {
    await runner.query('SELECT RELEASE_LOCK(?)', [name]);
  }
}
