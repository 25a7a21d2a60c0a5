import { Injectable } from '@nestjs/common';
import { Database, execute, fromDbTime, toDbTime } from '@app/database';
import type { RevocationRow } from '@app/security';
import type { EntityManager } from 'typeorm';

type RawRow = Omit<RevocationRow, 'effectiveAt' | 'expiresAt'> & {
  readonly effectiveAt: string | Date;
  readonly expiresAt: string | Date;
};

const COLUMNS = `id, user_id AS userId, token_id AS tokenId, min_version AS minVersion, except_token_id AS exceptTokenId,
  effective_at AS effectiveAt, expires_at AS expiresAt, reason`;

@Injectable()
export class RevocationsRepository {
  constructor(private readonly database: Database) {}

  async append(em: EntityManager, row: Omit<RevocationRow, 'id'>): Promise<RevocationRow> {
    const { lastInsertId } = await execute(
      em,
      `INSERT INTO revocations (user_id, token_id, min_version, except_token_id, effective_at, expires_at, reason)
        VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        row.userId,
        row.tokenId,
        row.minVersion,
        row.exceptTokenId,
        toDbTime(row.effectiveAt),
        toDbTime(row.expiresAt),
        row.reason,
      ],
    );
    return { ...row, id: lastInsertId };
  }

  listOfUser(em: EntityManager, userId: number): Promise<RevocationRow[]> {
    return this.select(em, 'user_id = ?', [userId]);
  }

  /** Those that had not expired at `now`. */
  listUnexpired(now: number): Promise<RevocationRow[]> {
    return this.select(this.database.read, 'expires_at > ?', [toDbTime(now)]);
  }

  listAbove(id: number): Promise<RevocationRow[]> {
    return this.select(this.database.read, 'id > ?', [id]);
  }

  /** Removes those that had expired at `now`; answers how many. */
  async removeExpired(now: number): Promise<number> {
    const sql = 'DELETE FROM revocations WHERE expires_at <= ?';
    return (await this.database.transaction((em) => execute(em, sql, [toDbTime(now)]))).affected;
  }

  private async select(em: EntityManager, where: string, parameters: unknown[]): Promise<RevocationRow[]> {
    const rows: RawRow[] = await em.query(`SELECT ${COLUMNS} FROM revocations WHERE ${where} ORDER BY id`, parameters);
    return rows.map((row) => ({
      ...row,
      effectiveAt: fromDbTime(row.effectiveAt).getTime(),
      expiresAt: fromDbTime(row.expiresAt).getTime(),
    }));
  }
}
