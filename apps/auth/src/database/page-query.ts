import type { PageRequest } from '@app/http-kit';
import type { EntityManager } from 'typeorm';

export interface PageQuery {
  readonly columns: string;
  /** What follows FROM, with its WHERE. */
  readonly from: string;
  readonly parameters: readonly unknown[];
  /** SQL by sort field. Each is unique per row or followed by one that is, so that pages neither repeat nor skip rows. */
  readonly sortColumns: Readonly<Record<string, string>>;
}

export interface PageRows<Row> {
  readonly rows: Row[];
  readonly total: number;
}

/** One page of a SELECT and the number of all its rows. */
export async function selectPage<Row>(em: EntityManager, page: PageRequest, query: PageQuery): Promise<PageRows<Row>> {
  const parameters = [...query.parameters];
  const counted: { total: number }[] = await em.query(`SELECT COUNT(*) AS total FROM ${query.from}`, parameters);
  const total = counted[0]?.total ?? 0;
  if (page.offset >= total) return { rows: [], total };
  const rows: Row[] = await em.query(
    `SELECT ${query.columns} FROM ${query.from} ORDER BY ${orderOf(page, query.sortColumns)} LIMIT ? OFFSET ?`,
    [...parameters, page.size, page.offset],
  );
  return { rows, total };
}

function orderOf(page: PageRequest, columns: PageQuery['sortColumns']): string {
  return page.sort
    .map(({ field, direction }) => `${columns[field]} ${direction === 'desc' ? 'DESC' : 'ASC'}`)
    .join(', ');
}

/** A LIKE pattern, to be used with ESCAPE '!', for texts that begin with `prefix` as it stands. */
export const prefixPattern = (prefix: string): string => `${prefix.replace(/[!%_]/g, '!$&')}%`;
