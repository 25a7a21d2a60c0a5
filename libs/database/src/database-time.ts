import type { DataSource, EntityManager } from 'typeorm';

const clocks = new WeakMap<DataSource, () => number>();

/** SQLite has no clock but the process's: the opener says which. */
export const registerClock = (source: DataSource, clock: () => number): void => void clocks.set(source, clock);

/** The database's own UTC clock, epoch milliseconds: the server's on MySQL, the process's (or the injected one) on SQLite. */
export async function databaseNow(em: EntityManager): Promise<number> {
  const clock = clocks.get(em.dataSource);
  if (clock) return clock();
  const rows: { now: Date | string }[] = await em.query('SELECT UTC_TIMESTAMP(3) AS now');
  return fromDbTime(rows[0]?.now ?? '').getTime();
}

/** A time as both databases store it and compare it in raw SQL: `YYYY-MM-DD HH:MM:SS.mmm`, UTC. Takes epoch milliseconds or a Date. */
export const toDbTime = (time: number | Date): string =>
  new Date(time).toISOString().replace('T', ' ').replace('Z', '');

/** A DATETIME(3) of a raw row as a Date: a string on SQLite, a Date already on MySQL. Throws RangeError when it is no time. */
export function fromDbTime(value: string | Date): Date {
  const time = value instanceof Date ? value : new Date(`${value.replace(' ', 'T')}Z`);
  if (Number.isNaN(time.getTime())) throw new RangeError(`not a time of the database: ${String(value)}`);
  return time;
}
