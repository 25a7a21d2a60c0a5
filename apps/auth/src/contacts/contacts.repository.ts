import { Injectable } from '@nestjs/common';
import { Database, execute, isUniqueViolation } from '@app/database';
import type { PageRequest } from '@app/http-kit';
import type { EntityManager } from 'typeorm';
import { prefixPattern, selectPage, type PageRows } from '../database/index.js';
import { PUBLIC_USER_COLUMNS, type PublicUserRow } from '../users/index.js';

/** An entry of a contact list and the user it is about. */
export type ContactRow = PublicUserRow & { readonly entryId: number };

const COLUMNS = `c.id AS entryId, ${PUBLIC_USER_COLUMNS}`;
const OF_USER = 'contacts c JOIN users u ON u.id = c.contact_id WHERE c.user_id = ? AND u.deleted_at IS NULL';

@Injectable()
export class ContactsRepository {
  constructor(private readonly database: Database) {}

  /** The id of the entry, also when it was there or another request makes it at the same time. */
  async add(em: EntityManager, userId: number, contactId: number): Promise<number> {
    const known = await this.findId(em, userId, contactId);
    if (known !== null) return known;
    try {
      const sql = 'INSERT INTO contacts (user_id, contact_id) VALUES (?, ?)';
      return (await execute(em, sql, [userId, contactId])).lastInsertId;
    } catch (error) {
      const other = isUniqueViolation(error) ? await this.findId(em, userId, contactId) : null;
      if (other === null) throw error;
      return other;
    }
  }

  /** False when it was not there. */
  async remove(em: EntityManager, userId: number, contactId: number): Promise<boolean> {
    const sql = 'DELETE FROM contacts WHERE user_id = ? AND contact_id = ?';
    return (await execute(em, sql, [userId, contactId])).affected > 0;
  }

  /** Those whose name begins with `prefix`; all with an empty one. */
  listPage(userId: number, prefix: string, page: PageRequest): Promise<PageRows<ContactRow>> {
    const filter = prefix === '' ? '' : " AND u.username LIKE ? ESCAPE '!'";
    return selectPage(this.database.read, page, {
      columns: COLUMNS,
      from: OF_USER + filter,
      parameters: prefix === '' ? [userId] : [userId, prefixPattern(prefix)],
      sortColumns: { id: 'c.id', 'contact.username': 'u.username' },
    });
  }

  listAll(userId: number): Promise<ContactRow[]> {
    return this.database.read.query(`SELECT ${COLUMNS} FROM ${OF_USER} ORDER BY c.id`, [userId]);
  }

  /** At most `limit` users who have `userId` as a contact and are not blocked by `userId`, those of longest standing first. */
  async listFollowers(userId: number, limit: number): Promise<number[]> {
    const rows: { userId: number }[] = await this.database.read.query(
      `SELECT c.user_id AS userId FROM contacts c WHERE c.contact_id = ?
        AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user_id = c.contact_id AND b.blocked_user_id = c.user_id)
        ORDER BY c.id LIMIT ?`,
      [userId, limit],
    );
    return rows.map((row) => row.userId);
  }

  private async findId(em: EntityManager, userId: number, contactId: number): Promise<number | null> {
    const sql = 'SELECT id FROM contacts WHERE user_id = ? AND contact_id = ?';
    const rows: { id: number }[] = await em.query(sql, [userId, contactId]);
    return rows[0]?.id ?? null;
  }
}
