import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

interface NodeStatement {
  columns(): unknown[];
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
}
interface NodeDatabase {
  prepare(sql: string): NodeStatement;
  exec(sql: string): void;
  close(): void;
}
type NodeDatabaseClass = new (file: string, options: object) => NodeDatabase;
type SqliteDriver = new (file: string, options?: object) => { close(): void };

const PRIMARY_CODES: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  19: 'SQLITE_CONSTRAINT',
  26: 'SQLITE_NOTADB',
};
const EXTENDED_CODES: Readonly<Record<number, string>> = {
  787: 'SQLITE_CONSTRAINT_FOREIGNKEY',
  1299: 'SQLITE_CONSTRAINT_NOTNULL',
  1555: 'SQLITE_CONSTRAINT_PRIMARYKEY',
  2067: 'SQLITE_CONSTRAINT_UNIQUE',
};

/** Gives an error of node:sqlite the `code` that better-sqlite3 gives. */
function named<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { errcode } = error as { errcode?: number };
    const code = errcode === undefined ? undefined : (EXTENDED_CODES[errcode] ?? PRIMARY_CODES[errcode & 0xff]);
    if (code !== undefined) (error as { code?: string }).code = code;
    throw error;
  }
}

/** The better-sqlite3 API on top of Node's own SQLite, as far as TypeORM 1.1 uses it. */
function nodeSqliteDriver(): SqliteDriver {
  const { DatabaseSync } = require('node:sqlite') as { DatabaseSync: NodeDatabaseClass };
  return class {
    private readonly database: NodeDatabase;
    constructor(file: string, options: { readonly?: boolean; timeout?: number } = {}) {
      this.database = named(
        () => new DatabaseSync(file, { readOnly: options.readonly ?? false, timeout: options.timeout ?? 5000 }),
      );
    }
    pragma(text: string): unknown[] {
      return named(() => this.database.prepare(`PRAGMA ${text}`).all());
    }
    exec(sql: string): this {
      named(() => this.database.exec(sql));
      return this;
    }
    prepare(sql: string): object {
      const statement = named(() => this.database.prepare(sql));
      return {
        reader: statement.columns().length > 0,
        all: (...parameters: unknown[]) => named(() => statement.all(...parameters)),
        run: (...parameters: unknown[]) => named(() => statement.run(...parameters)),
      };
    }
    close(): void {
      this.database.close();
    }
  };
}

const hasNodeSqlite = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 13);
};

/**
 * The SQLite that this Node can use: its own from 22.13 on, else the package better-sqlite3.
 * @throws Error whose text names the remedy when there is none.
 */
export function loadSqliteDriver(
  nodeVersion: string = process.versions.node,
  load: (name: string) => unknown = require,
): SqliteDriver {
  try {
    const driver = hasNodeSqlite(nodeVersion) ? nodeSqliteDriver() : (load('better-sqlite3') as SqliteDriver);
    new driver(':memory:').close();
    return driver;
  } catch (cause) {
    const remedy =
      'use Node >= 22.13, which has SQLite built in, or install again with a C++ compiler (and Python 3) on the machine';
    throw new Error(`No usable SQLite on Node ${nodeVersion}: ${remedy}`, { cause });
  }
}
