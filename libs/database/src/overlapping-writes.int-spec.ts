import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import {
  Column,
  DataSource,
  Entity,
  Table,
  type EntityManager,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BigintColumn,
  IdColumn,
  columnsFor,
  createTestDatabase,
  dialectOf,
  type Schema,
  type TestDatabase,
} from './index.js';

@Entity('notes')
class Note {
  @IdColumn()
  id: number;

  @BigintColumn('number')
  number: number;

  @Column('varchar', { length: 20 })
  kind: string;
}

class Notes1700000000000 implements MigrationInterface {
  name = 'Notes1700000000000';
  async up(runner: QueryRunner): Promise<void> {
    const c = columnsFor(dialectOf(runner));
    await runner.createTable(new Table({ name: 'notes', columns: [c.id(), c.bigint('number'), c.string('kind', 20)] }));
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('notes');
  }
}
const schema: Schema = { owner: 'chat', entities: [Note], migrations: [Notes1700000000000] };

interface Outcome {
  readonly acknowledged: Set<number>;
  readonly rolledBack: Set<number>;
  readonly unexpected: unknown[];
}
type Transact = <T>(work: (em: EntityManager) => Promise<T>) => Promise<T>;

/** 500 transactions, each tenth failing after its INSERT, mixed with saves and plain INSERTs: what the callers were told. */
async function overlap(transact: Transact, plain: EntityManager): Promise<Outcome> {
  const outcome: Outcome = { acknowledged: new Set(), rolledBack: new Set(), unexpected: [] };
  const planned = new Error('planned');
  const send = async (number: number): Promise<void> => {
    try {
      await transact(async (em) => {
        await em.save(Note, { number, kind: 'transaction' });
        await turn();
        await em.query('UPDATE notes SET kind = kind WHERE number = ?', [number]);
        if (number % 10 === 0) throw planned;
      });
      outcome.acknowledged.add(number);
    } catch (error) {
      outcome.rolledBack.add(number);
      if (error !== planned) outcome.unexpected.push(error);
    }
  };
  const write = async (number: number, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      outcome.acknowledged.add(number);
    } catch (error) {
      outcome.unexpected.push(error);
    }
  };
  const save = (number: number): Promise<void> => write(number, () => plain.save(Note, { number, kind: 'saved' }));
  const insert = (number: number): Promise<void> =>
    write(number, async () => {
      for (let turns = number % 97; turns > 0; turns -= 1) await turn();
      await plain.query("INSERT INTO notes (number, kind) VALUES (?, 'inserted')", [number]);
    });
  await Promise.all(
    Array.from({ length: 500 }, (_, i) => [
      send(i),
      ...(i % 5 === 0 ? [save(10_000 + i)] : []),
      ...(i % 5 === 1 ? [insert(20_000 + i)] : []),
    ]).flat(),
  );
  return outcome;
}

const missing = (outcome: Outcome, rows: readonly number[]): number[] =>
  [...outcome.acknowledged].filter((number) => !rows.includes(number));
const resurrected = (outcome: Outcome, rows: readonly number[]): number[] =>
  rows.filter((number) => outcome.rolledBack.has(number));

describe('overlapping writes on SQLite', () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await createTestDatabase([schema]);
  });
  afterEach(() => test.dispose());

  const numbers = async (em: EntityManager): Promise<number[]> =>
    (await em.query<{ number: number }[]>('SELECT number FROM notes')).map(({ number }) => number);

  it('lose no acknowledged row and keep no rolled back one', async () => {
    const { database } = test;
    const outcome = await overlap((work) => database.transaction(work), database.writer.manager);
    const rows = await numbers(database.read);
    expect(outcome.unexpected).toEqual([]);
    expect(outcome.acknowledged.size).toBe(650);
    expect(outcome.rolledBack.size).toBe(50);
    expect(missing(outcome, rows)).toEqual([]);
    expect(resurrected(outcome, rows)).toEqual([]);
    expect(new Set(rows).size).toBe(rows.length);
  });

  it('hold for TypeORM transactions on the writer, too', async () => {
    const { writer, read } = test.database;
    const outcome = await overlap((work) => writer.transaction(work), writer.manager);
    const rows = await numbers(read);
    expect(outcome.unexpected).toEqual([]);
    expect(missing(outcome, rows)).toEqual([]);
    expect(resurrected(outcome, rows)).toEqual([]);
  });

  it('are the trap that the stock driver falls into', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chatapp-stock-'));
    const stock = new DataSource({
      type: 'better-sqlite3',
      database: join(folder, 'stock.db'),
      enableWAL: true,
      entities: [Note],
      driver: (test.database.writer.options as { driver?: unknown }).driver,
    });
    await stock.initialize();
    await stock.query('CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER, kind VARCHAR(20))');
    const outcome = await overlap((work) => stock.transaction(work), stock.manager);
    const rows = await numbers(stock.manager);
    expect(
      outcome.unexpected.length + missing(outcome, rows).length + resurrected(outcome, rows).length,
    ).toBeGreaterThan(0);
    await stock.destroy();
    await rm(folder, { recursive: true });
  });
});
