import 'reflect-metadata';
import { AppError } from '@app/contracts';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  columnsFor,
  createTestDatabase,
  databaseNow,
  dialectOf,
  execute,
  isUniqueViolation,
  migrate,
  openDatabase,
  uniqueViolationTarget,
  valuesList,
  type Schema,
  type TestDatabase,
} from './index.js';

class Things1700000000000 implements MigrationInterface {
  name = 'Things1700000000000';
  async up(runner: QueryRunner): Promise<void> {
    const c = columnsFor(dialectOf(runner));
    const columns = [c.id(), c.string('name', 20, { match: 'ignore-case', isUnique: true }), c.time('made_at')];
    await runner.createTable(new Table({ name: 'things', columns }));
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('things');
  }
}
const schema: Schema = { owner: 'chat', entities: [], migrations: [Things1700000000000] };
const INSERT = 'INSERT INTO things (name, made_at) VALUES (?, ?)';
const TIME = '2026-01-01 00:00:00.000';

describe('a SQLite database', () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await createTestDatabase([schema], { clock: () => 1_700_000_000_123 });
  });
  afterEach(() => test.dispose());
  const names = async (): Promise<string[]> =>
    (await test.database.read.query<{ name: string }[]>('SELECT name FROM things ORDER BY id')).map(({ name }) => name);

  it('puts every COMMIT on disk: WAL, synchronous FULL', async () => {
    const { writer } = test.database;
    expect(await writer.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await writer.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  });

  it('never shows a row that is not committed', async () => {
    const { database } = test;
    await database.transaction(async (em) => {
      await em.query(INSERT, ['a', TIME]);
      await turn();
      expect(await names()).toEqual([]);
    });
    expect(await names()).toEqual(['a']);
  });

  it('refuses to write on the reader', async () => {
    await expect(test.database.read.query(INSERT, ['a', TIME])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await names()).toEqual([]);
  });

  it('refuses the outer writer inside a transaction at once, and rolls back', async () => {
    const { database } = test;
    const outer = database.transaction(async (em) => {
      await em.query(INSERT, ['inner', TIME]);
      await database.writer.query(INSERT, ['outer', TIME]);
    });
    await expect(outer).rejects.toThrow('only em may be used');
    const nested = database.transaction(() => database.transaction(() => Promise.resolve()));
    await expect(nested).rejects.toThrow('only em may be used');
    await database.writer.query(INSERT, ['after', TIME]);
    expect(await names()).toEqual(['after']);
  });

  it('lets work that a transaction started go on writing once it is over', async () => {
    const { database } = test;
    let later: Promise<unknown> = Promise.resolve();
    const gate = manualGate();
    await database.transaction(async (em) => {
      await em.query(INSERT, ['first', TIME]);
      later = gate.promise.then(() => database.writer.query(INSERT, ['later', TIME]));
    });
    gate.resolve();
    await later;
    expect(await names()).toEqual(['first', 'later']);
  });

  it('rolls back to a savepoint of a nested em.transaction alone', async () => {
    await test.database.transaction(async (em) => {
      await em.query(INSERT, ['kept', TIME]);
      const inner = em.transaction(async (nested) => {
        await nested.query(INSERT, ['dropped', TIME]);
        throw new Error('inner');
      });
      await expect(inner).rejects.toThrow('inner');
    });
    expect(await names()).toEqual(['kept']);
  });

  it('answers OUTCOME_UNKNOWN when the COMMIT fails, and goes on afterwards', async () => {
    const { database } = test;
    await database.writer.query(
      'CREATE TABLE child (thing INTEGER REFERENCES things(id) DEFERRABLE INITIALLY DEFERRED)',
    );
    const failing = database.transaction((em) => em.query('INSERT INTO child (thing) VALUES (99)'));
    await expect(failing).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await database.transaction((em) => em.query(INSERT, ['after', TIME]));
    expect(await names()).toEqual(['after']);
    expect(await database.read.query('SELECT * FROM child')).toEqual([]);
  });

  it('maps a database that is full to UNAVAILABLE and writes nothing', async () => {
    const { database } = test;
    await database.writer.query('PRAGMA max_page_count = 12');
    const filling = database.transaction(async (em) => {
      for (let i = 0; i < 100; i += 1) await em.query(INSERT, [`${i}${'x'.repeat(2000)}`, TIME]);
    });
    await expect(filling).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await database.writer.query('PRAGMA max_page_count = 100000');
    await database.transaction((em) => em.query(INSERT, ['after', TIME]));
    expect(await names()).toEqual(['after']);
  });

  it('maps a closed database to UNAVAILABLE', async () => {
    await test.database.close();
    await test.database.close();
    await expect(names()).rejects.toBeInstanceOf(AppError);
  });

  it('tells which unique key was violated', async () => {
    const { database } = test;
    await database.writer.query(INSERT, ['Same', TIME]);
    const error: unknown = await database.writer.query(INSERT, ['same', TIME]).catch((e: unknown) => e);
    expect(isUniqueViolation(error)).toBe(true);
    expect(uniqueViolationTarget(error)).toBe('things.name');
    expect(isUniqueViolation(new Error('UNIQUE'))).toBe(false);
    expect(uniqueViolationTarget(new Error('UNIQUE'))).toBeNull();
  });

  it('counts what a raw statement wrote', async () => {
    await test.database.transaction(async (em) => {
      const sql = `INSERT INTO things (name, made_at) VALUES ${valuesList(2, 2)}`;
      expect(await execute(em, sql, ['a', TIME, 'b', TIME])).toEqual({ affected: 2, lastInsertId: 2 });
      expect((await execute(em, 'UPDATE things SET made_at = ?', [TIME])).affected).toBe(2);
      expect((await execute(em, 'DELETE FROM things WHERE name = ?', ['z'])).affected).toBe(0);
    });
    expect((await execute(test.database.writer.manager, 'DELETE FROM things')).affected).toBe(2);
  });

  it('takes its time from the given clock', async () => {
    expect(await databaseNow(test.database.read)).toBe(1_700_000_000_123);
    expect(await test.database.transaction((em) => databaseNow(em))).toBe(1_700_000_000_123);
  });

  it('keeps a second writer out from the very start of a transaction', async () => {
    await test.database.transaction(async (em) => {
      await em.query('SELECT 1');
      const second = new (loadDriver(test))(test.settings.file, { timeout: 0 });
      expect(() => second.exec('BEGIN IMMEDIATE')).toThrow('locked');
      second.close();
    });
  });
});

describe('migrations', () => {
  it('run once when two start at the same time', async () => {
    const test = await createTestDatabase([]);
    const ran = await Promise.all([migrate(test.settings, schema), migrate(test.settings, schema)]).catch(
      (error: unknown) => error,
    );
    expect(ran).toEqual(expect.arrayContaining([['Things1700000000000'], []]));
    await test.dispose();
  });

  it('leave nothing behind when one fails', async () => {
    class Broken1800000000000 implements MigrationInterface {
      name = 'Broken1800000000000';
      async up(runner: QueryRunner): Promise<void> {
        await runner.query('CREATE TABLE half (id INTEGER)');
        throw new Error('broken half way');
      }
      async down(): Promise<void> {}
    }
    const test = await createTestDatabase([]);
    const broken = { owner: 'chat', migrations: [Things1700000000000, Broken1800000000000] } as const;
    await expect(migrate(test.settings, broken)).rejects.toThrow('broken half way');
    const rows = await test.database.read.query("SELECT name FROM sqlite_master WHERE name IN ('half', 'things')");
    expect(rows).toEqual([]);
    expect(await migrate(test.settings, schema)).toEqual(['Things1700000000000']);
    await test.dispose();
  });

  it('keep a table of their own per owner', async () => {
    const test = await createTestDatabase([schema, { owner: 'auth', entities: [], migrations: [] }]);
    const rows: { name: string }[] = await test.database.read.query(
      "SELECT name FROM sqlite_master WHERE name LIKE 'migrations%' ORDER BY name",
    );
    expect(rows.map(({ name }) => name)).toEqual(['migrations_auth', 'migrations_chat']);
    await test.dispose();
  });

  it('say which folder cannot be made', async () => {
    const test = await createTestDatabase([]);
    const file = join(test.settings.file, 'x.db');
    await expect(openDatabase({ driver: 'sqlite', file }, { entities: [] })).rejects.toThrow(test.settings.file);
    await test.dispose();
  });
});

type Driver = new (file: string, options: object) => { exec(sql: string): void; close(): void };
const loadDriver = (test: TestDatabase): Driver =>
  (test.database.writer.options as unknown as { driver: Driver }).driver;

function manualGate(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
