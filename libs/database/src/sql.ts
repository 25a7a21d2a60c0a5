import type { Dialect } from './database-settings.js';

/** `?,?,?`: the list of an IN (…). An empty list is an error: no database takes `IN ()`. */
export function placeholders(count: number): string {
  if (count < 1) throw new RangeError('an empty list has no placeholders');
  return '?,'.repeat(count).slice(0, -1);
}

/** `(?,?,?),(?,?,?)`: the VALUES of a multi-row INSERT. */
export function valuesList(rows: number, columns: number): string {
  if (rows < 1) throw new RangeError('an INSERT needs a row');
  return `(${placeholders(columns)}),`.repeat(rows).slice(0, -1);
}

/** `(a,b) IN (…)` for `rows` pairs (or triples …) given as parameters, in the form whose index search each database knows. */
export function tuplesIn(dialect: Dialect, columns: readonly string[], rows: number): string {
  const values = valuesList(rows, columns.length);
  return `(${columns.join(',')}) IN (${dialect === 'mysql' ? values : `VALUES ${values}`})`;
}

/** ` FOR UPDATE`, which SQLite neither knows nor needs: its transactions write one after the other. */
export const forUpdate = (dialect: Dialect): string => (dialect === 'mysql' ? ' FOR UPDATE' : '');

/** The end of an INSERT that changes `columns` of the row that has the same `key` already. */
export function orUpdate(dialect: Dialect, key: readonly string[], columns: readonly string[]): string {
  if (dialect === 'mysql') return ` ON DUPLICATE KEY UPDATE ${columns.map((c) => `${c}=VALUES(${c})`).join(',')}`;
  return ` ON CONFLICT (${key.join(',')}) DO UPDATE SET ${columns.map((c) => `${c}=excluded.${c}`).join(',')}`;
}

/** The end of an INSERT that leaves a row with the same `key` as it is. */
export const orIgnore = (dialect: Dialect, key: readonly string[]): string =>
  dialect === 'mysql' ? ` ON DUPLICATE KEY UPDATE ${key[0]}=${key[0]}` : ` ON CONFLICT (${key.join(',')}) DO NOTHING`;
