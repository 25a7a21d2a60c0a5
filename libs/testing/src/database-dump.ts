import { createRequire } from 'node:module';
import { join } from 'node:path';

type Row = Readonly<Record<string, unknown>>;

interface Statement {
  all(): Row[];
}
interface ReadOnlyDatabase {
  prepare(sql: string): Statement;
  close(): void;
}

const require = createRequire(import.meta.url);

/** The package where it is installed, else Node's own SQLite. */
function openReadOnly(file: string): ReadOnlyDatabase {
  try {
    const Sqlite = require('better-sqlite3') as new (file: string, options: object) => ReadOnlyDatabase;
    return new Sqlite(file, { readonly: true, fileMustExist: true });
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    const { DatabaseSync } = require('node:sqlite') as {
      DatabaseSync: new (file: string, options: object) => ReadOnlyDatabase;
    };
    return new DatabaseSync(file, { readOnly: true });
  }
}

/** Written by the system itself as time goes by, whatever clients do: leases, and when somebody's socket was last there. */
const VOLATILE_TABLES = new Set(['instances', 'last_seen']);
const VOLATILE_COLUMNS: Readonly<Record<string, readonly string[]>> = { outbox: ['published_at', 'attempts'] };

/** Every row of every table at one moment, but what changes by itself: by table, as one JSON text. */
export type DatabaseDump = ReadonlyMap<string, string>;

const linesOf = (rows: string | undefined): string[] =>
  (JSON.parse(rows ?? '[]') as unknown[]).map((row) => JSON.stringify(row));

/** What stands in one dump only, one line per row; empty when nothing has changed. */
export function dumpChanges(before: DatabaseDump, after: DatabaseDump): string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => before.get(name) !== after.get(name),
  );
  return names.flatMap((name) => {
    const [old, young] = [linesOf(before.get(name)), linesOf(after.get(name))];
    const [was, is] = [new Set(old), new Set(young)];
    const gone = old.filter((row) => !is.has(row)).map((row) => `- ${name} ${row}`);
    return [...gone, ...young.filter((row) => !was.has(row)).map((row) => `+ ${name} ${row}`)];
  });
}

/** Looks into the SQLite file of a running system without being able to change it. */
export class DatabaseWatch {
  private readonly database: ReadOnlyDatabase;

  constructor(dataDir: string, file = 'chatapp.sqlite') {
    this.database = openReadOnly(join(dataDir, file));
  }

  rows<T = Row>(sql: string): T[] {
    return this.database.prepare(sql).all() as T[];
  }

  dump(): DatabaseDump {
    return new Map(this.tables().map((name) => [name, this.rowsOf(name)]));
  }

  /** Resolves once every outbox row has been published. */
  async published(timeoutMs = 5_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    const waiting = (): number =>
      this.rows<{ n: number }>('SELECT count(*) AS n FROM outbox WHERE published_at IS NULL')[0]!.n;
    while (waiting() > 0) {
      if (performance.now() > deadline) throw new Error(`${waiting()} outbox rows are not published`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close(): void {
    this.database.close();
  }

  private tables(): string[] {
    const tables = this.rows<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name",
    );
    return tables.map(({ name }) => name).filter((name) => !VOLATILE_TABLES.has(name));
  }

  private rowsOf(table: string): string {
    const hidden = VOLATILE_COLUMNS[table] ?? [];
    const columns = this.rows<{ name: string }>(`PRAGMA table_info("${table}")`)
      .map(({ name }) => name)
      .filter((name) => !hidden.includes(name));
    const list = columns.map((name) => `"${name}"`).join(', ');
    const sql = `SELECT json_group_array(json_array(${list})) AS text FROM (SELECT * FROM "${table}" ORDER BY rowid)`;
    return this.rows<{ text: string }>(sql)[0]!.text;
  }
}
