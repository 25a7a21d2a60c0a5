import { Column, PrimaryColumn, PrimaryGeneratedColumn, type ColumnOptions, type TableColumnOptions } from 'typeorm';
import type { ValueTransformer } from 'typeorm';
import type { Dialect } from '../database-settings.js';

/** BIGINT as a JavaScript number on both databases; ids stay within 2^53-1. */
export const bigintTransformer: ValueTransformer = {
  to: (value: unknown): unknown => value,
  from: (value: unknown): unknown => (value === null || value === undefined ? value : Number(value)),
};

/** Entity side: the generated primary key `id`. */
export const IdColumn = (): PropertyDecorator => PrimaryGeneratedColumn('increment', { type: 'bigint', name: 'id' });
/** Entity side: a BIGINT (INTEGER on SQLite) read as a number. */
export const BigintColumn = (name: string, options: ColumnOptions = {}): PropertyDecorator =>
  Column('bigint', { name, transformer: bigintTransformer, ...options });
/** Entity side: a BIGINT that is (part of) the primary key. */
export const BigintKeyColumn = (name: string): PropertyDecorator =>
  PrimaryColumn('bigint', { name, transformer: bigintTransformer });
/** Entity side: a DATETIME(3) in UTC, read as a Date. */
export const TimeColumn = (name: string, options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'datetime', name, precision: 3, ...options });

type More = Omit<Partial<TableColumnOptions>, 'name' | 'type'>;

/** Migration side: the generated primary key `id`. */
export const createIdColumn = (dialect: Dialect): TableColumnOptions => ({
  name: 'id',
  type: dialect === 'mysql' ? 'bigint' : 'integer',
  isPrimary: true,
  isGenerated: true,
  generationStrategy: 'increment',
});

export interface ColumnFactory {
  id(): TableColumnOptions;
  bigint(name: string, more?: More): TableColumnOptions;
  int(name: string, more?: More): TableColumnOptions;
  /** VARCHAR(length). Compares as the database does unless `match` says `exact` (binary) or `ignore-case`. */
  string(name: string, length: number, more?: More & { match?: 'exact' | 'ignore-case' }): TableColumnOptions;
  text(name: string, more?: More): TableColumnOptions;
  /** Text beyond 64 KiB: MEDIUMTEXT on MySQL. The entity says `mediumtext`. */
  longText(name: string, more?: More): TableColumnOptions;
  /** DATETIME(3), UTC. */
  time(name: string, more?: More): TableColumnOptions;
}

/** Migration side: columns that mean the same on both databases and agree with the entity decorators of this file. */
export function columnsFor(dialect: Dialect): ColumnFactory {
  const mysql = dialect === 'mysql';
  const collation = { exact: mysql ? 'utf8mb4_bin' : undefined, 'ignore-case': mysql ? undefined : 'NOCASE' };
  return {
    id: () => createIdColumn(dialect),
    bigint: (name, more) => ({ name, type: mysql ? 'bigint' : 'integer', ...more }),
    int: (name, more) => ({ name, type: mysql ? 'int' : 'integer', ...more }),
    string: (name, length, { match, ...more } = {}) => ({
      name,
      type: 'varchar',
      length: String(length),
      ...(match === undefined ? {} : { collation: collation[match] }),
      ...more,
    }),
    text: (name, more) => ({ name, type: 'text', ...more }),
    longText: (name, more) => ({ name, type: mysql ? 'mediumtext' : 'text', ...more }),
    time: (name, more) => ({ name, type: 'datetime', precision: 3, ...more }),
  };
}

/** The dialect that a query runner or an EntityManager speaks. */
export const dialectOf = (runner: { dataSource: { options: { type: string } } }): Dialect =>
  runner.dataSource.options.type === 'better-sqlite3' ? 'sqlite' : 'mysql';
