import type { Database } from './database.js';
import type { DatabaseOptions, DatabaseSettings } from './database-settings.js';
import { openMysql } from './mysql/open-mysql.js';
import { openSqlite } from './sqlite/open-sqlite.js';

/**
 * Opens the database, whose tables {@link migrate} made before. One process per SQLite file: whoever opens it holds the lock of the data folder.
 * @throws Error naming the remedy when this Node has no usable SQLite, the file cannot be opened durably or the server cannot be reached.
 */
export const openDatabase = (settings: DatabaseSettings, options: DatabaseOptions): Promise<Database> =>
  settings.driver === 'sqlite' ? openSqlite(settings.file, options) : openMysql(settings.url, options);
