import type { EntityManager, ObjectLiteral, QueryResult } from 'typeorm';

export interface WriteResult {
  /** Rows inserted, changed or deleted. MySQL counts an UPDATE's rows that changed, SQLite those that matched. */
  readonly affected: number;
  /** The generated id of the only row inserted; of several rows the first on MySQL, the last on SQLite; meaningless otherwise. */
  readonly lastInsertId: number;
}

/** A raw INSERT, UPDATE or DELETE whose count both databases report alike (`em.query` answers differently on each). */
export async function execute(em: EntityManager, sql: string, parameters: unknown[] = []): Promise<WriteResult> {
  const runner = em.queryRunner ?? em.dataSource.createQueryRunner();
  try {
    const result = (await runner.query(sql, parameters, true)) as QueryResult<ObjectLiteral>;
    const raw: unknown = result.raw;
    const id = typeof raw === 'object' && raw !== null ? (raw as { insertId?: unknown }).insertId : raw;
    return { affected: result.affected ?? 0, lastInsertId: Number(id ?? 0) };
  } finally {
    if (!em.queryRunner) await runner.release();
  }
}
