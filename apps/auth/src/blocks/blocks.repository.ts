import { Injectable } from '@nestjs/common';
import { Database, execute, isUniqueViolation } from '@app/database';
import type { PageRequest } from '@app/http-kit';
import type { EntityManager } from 'typeorm';
import { selectPage, type PageRows } from '../database/index.js';
import { PUBLIC_USER_COLUMNS, type PublicUserRow } from '../users/index.js';

/** A block and the user it is against. */
export type BlockRow = PublicUserRow & { readonly blockId: number };

const COLUMNS = `b.id AS blockId, ${PUBLIC_USER_COLUMNS}`;
const OF_USER = 'blocks b JOIN users u ON u.id = b.blocked_user_id WHERE b.user_id = ? AND u.deleted_at IS NULL';

@Injectable()
export class BlocksRepository {
  constructor(private readonly database: Database) {}

  /** The id of the block, also when it was there or another request makes it at the same time. */
  async add(em: EntityManager, userId: number, blockedUserId: number): Promise<number> {
    const known = await this.findId(em, userId, blockedUserId);
    if (known !== null) return known;
    try {
      const sql = 'INSERT INTO blocks (user_id, blocked_user_id) VALUES (?, ?)';
      return (await execute(em, sql, [userId, blockedUserId])).lastInsertId;
    } catch (error) {
      const other = isUniqueViolation(error) ? await this.findId(em, userId, blockedUserId) : null;
      if (other === null) throw error;
      return other;
    }
  }

  /** False when it was not there. */
  async remove(em: EntityManager, userId: number, blockedUserId: number): Promise<boolean> {
    const sql = 'DELETE FROM blocks WHERE user_id = ? AND blocked_user_id = ?';
    return (await execute(em, sql, [userId, blockedUserId])).affected > 0;
  }

  async isBlocking(em: EntityManager, userId: number, otherId: number): Promise<boolean> {
    return (await this.findId(em, userId, otherId)) !== null;
  }

  /** Those of `ids` who block `userId`. */
  async listBlockersAmong(userId: number, ids: readonly number[]): Promise<Set<number>> {
    if (ids.length === 0) return new Set();
    const marks = ids.map(() => '?').join(', ');
    const rows: { userId: number }[] = await this.database.read.query(
      `SELECT user_id AS userId FROM blocks WHERE blocked_user_id = ? AND user_id IN (${marks})`,
      [userId, ...ids],
    );
    return new Set(rows.map((row) => row.userId));
  }

  listPage(userId: number, page: PageRequest): Promise<PageRows<BlockRow>> {
    return selectPage(this.database.read, page, {
      columns: COLUMNS,
      from: OF_USER,
      parameters: [userId],
      sortColumns: { id: 'b.id', 'blockedUser.username': 'u.username' },
    });
  }

  listAll(userId: number): Promise<BlockRow[]> {
    return this.database.read.query(`SELECT ${COLUMNS} FROM ${OF_USER} ORDER BY b.id`, [userId]);
  }

  private async findId(em: EntityManager, userId: number, blockedUserId: number): Promise<number | null> {
    const sql = 'SELECT id FROM blocks WHERE user_id = ? AND blocked_user_id = ?';
    const rows: { id: number }[] = await em.query(sql, [userId, blockedUserId]);
    return rows[0]?.id ?? null;
  }
}
