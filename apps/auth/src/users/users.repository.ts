import { Injectable } from '@nestjs/common';
import { AppError, USERNAME_PATTERN } from '@app/contracts';
import { Database } from '@app/database';
import type { PageRequest } from '@app/http-kit';
import { IsNull, type EntityManager } from 'typeorm';
import { prefixPattern, selectPage, type PageRows } from '../database/index.js';
import { User } from './user.entity.js';

export type PublicUserRow = Pick<User, 'id' | 'username' | 'profilePictureUrl' | 'about'>;

/** The columns of {@link PublicUserRow} for a `users` table under the alias `u`. */
export const PUBLIC_USER_COLUMNS = 'u.id, u.username, u.profile_picture_url AS profilePictureUrl, u.about';

/** Those of `u` who do not block the user given as parameter. */
const NOT_BLOCKING = 'NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user_id = u.id AND b.blocked_user_id = ?)';

/** Reads users; a deleted one is not found. */
@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  findById(id: number, em: EntityManager = this.database.read): Promise<User | null> {
    return em.findOneBy(User, { id, deletedAt: IsNull() });
  }

  /** The caller of a request. @throws AppError UNAUTHENTICATED when the account has ended since the token was checked. */
  async getCaller(id: number, em?: EntityManager): Promise<User> {
    const user = await this.findById(id, em);
    if (!user) throw new AppError('UNAUTHENTICATED');
    return user;
  }

  /** Without regard to case. A text that no username can be is not looked up, because collations differ on what equals it. */
  async findByUsername(username: string, em: EntityManager = this.database.read): Promise<User | null> {
    return USERNAME_PATTERN.test(username) ? em.findOneBy(User, { username, deletedAt: IsNull() }) : null;
  }

  async listUsernames(ids: readonly number[]): Promise<Map<number, string>> {
    if (ids.length === 0) return new Map();
    const marks = ids.map(() => '?').join(', ');
    const rows: { id: number; username: string }[] = await this.database.read.query(
      `SELECT id, username FROM users WHERE id IN (${marks}) AND deleted_at IS NULL`,
      [...ids],
    );
    return new Map(rows.map(({ id, username }) => [id, username]));
  }

  /** Users whose name begins with `prefix`, without those who block `callerId`. */
  search(callerId: number, prefix: string, page: PageRequest): Promise<PageRows<PublicUserRow>> {
    return selectPage(this.database.read, page, {
      columns: PUBLIC_USER_COLUMNS,
      from: `users u WHERE u.username LIKE ? ESCAPE '!' AND u.deleted_at IS NULL AND ${NOT_BLOCKING}`,
      parameters: [prefixPattern(prefix), callerId],
      sortColumns: { id: 'u.id', username: 'u.username' },
    });
  }

  /** Null, too, when the user blocks `callerId`. */
  async findVisible(callerId: number, id: number): Promise<PublicUserRow | null> {
    const rows: PublicUserRow[] = await this.database.read.query(
      `SELECT ${PUBLIC_USER_COLUMNS} FROM users u WHERE u.id = ? AND u.deleted_at IS NULL AND ${NOT_BLOCKING}`,
      [id, callerId],
    );
    return rows[0] ?? null;
  }
}
