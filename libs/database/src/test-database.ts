import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from './database.js';
import type { DatabaseOptions, DatabaseSettings } from './database-settings.js';
import { openDatabase } from './open-database.js';
import { migrate, type Schema } from './schema/migrate.js';

export interface TestDatabase {
  readonly database: Database;
  readonly settings: DatabaseSettings & { readonly driver: 'sqlite' };
  /** Closes the database and removes its folder. */
  dispose(): Promise<void>;
}

/** For tests: a migrated SQLite database of the given owners in a folder of its own. */
export async function createTestDatabase(
  schemas: readonly Schema[],
  options: Omit<DatabaseOptions, 'entities'> = {},
): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'chatapp-db-'));
  const settings = { driver: 'sqlite', file: join(folder, 'chatapp.db') } as const;
  for (const schema of schemas) await migrate(settings, schema);
  const entities = schemas.flatMap((schema) => Object.values(schema.entities));
  const database = await openDatabase(settings, { ...options, entities });
  const dispose = async (): Promise<void> => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { database, settings, dispose };
}
