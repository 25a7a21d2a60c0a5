import { Injectable } from '@nestjs/common';
import { AppError } from '@app/contracts';
import { Database, execute, toDbTime, uniqueViolationTarget } from '@app/database';
import type { EntityManager } from 'typeorm';
import { User } from '../users/index.js';

export type NewAccount = Pick<User, 'username' | 'email' | 'password' | 'createdAt'>;
export type ProfileChanges = Partial<Pick<User, 'profilePictureUrl' | 'about'>>;

/** Writes users. `password` is a hash everywhere. */
@Injectable()
export class AccountsRepository {
  constructor(private readonly database: Database) {}

  /** Names and addresses of deleted accounts count: a name stays reserved. */
  async isUsernameTaken(username: string): Promise<boolean> {
    return this.database.read.existsBy(User, { username });
  }

  async isEmailTaken(email: string): Promise<boolean> {
    return this.database.read.existsBy(User, { email });
  }

  /** @throws AppError USERNAME_TAKEN or EMAIL_TAKEN, also when another request took it in the same moment. */
  async create(em: EntityManager, account: NewAccount): Promise<User> {
    const user = em.create(User, {
      ...account,
      role: 'USER',
      profilePictureUrl: null,
      about: null,
      tokenVersion: 0,
      deletedAt: null,
    });
    try {
      const { identifiers } = await em.insert(User, user);
      return Object.assign(user, { id: Number(identifiers[0]?.['id']) });
    } catch (error) {
      const target = uniqueViolationTarget(error);
      if (target === null) throw error;
      throw new AppError(target.includes('email') ? 'EMAIL_TAKEN' : 'USERNAME_TAKEN', { cause: error });
    }
  }

  async updateProfile(em: EntityManager, userId: number, changes: ProfileChanges): Promise<void> {
    if (Object.keys(changes).length > 0) await em.update(User, { id: userId }, changes);
  }

  /** Ends the version that all tokens so far carry; answers the new one. */
  async raiseTokenVersion(em: EntityManager, userId: number): Promise<number> {
    await execute(em, 'UPDATE users SET token_version = token_version + 1 WHERE id = ?', [userId]);
    const rows: { version: number }[] = await em.query('SELECT token_version AS version FROM users WHERE id = ?', [
      userId,
    ]);
    return rows[0]!.version;
  }

  /** False when the password is no longer `current`: another request was faster. */
  async replacePassword(em: EntityManager, userId: number, current: string, next: string): Promise<boolean> {
    const sql = 'UPDATE users SET password = ? WHERE id = ? AND password = ? AND deleted_at IS NULL';
    return (await execute(em, sql, [next, userId, current])).affected > 0;
  }

  /** Keeps the row, so that the name stays reserved, and nothing personal in it. False when the password is no longer `current`. */
  async markDeleted(em: EntityManager, userId: number, current: string, now: number): Promise<boolean> {
    const sql = `UPDATE users SET deleted_at = ?, email = NULL, about = NULL, profile_picture_url = NULL, password = ''
      WHERE id = ? AND password = ? AND deleted_at IS NULL`;
    if ((await execute(em, sql, [toDbTime(now), userId, current])).affected === 0) return false;
    await execute(em, 'DELETE FROM contacts WHERE user_id = ? OR contact_id = ?', [userId, userId]);
    await execute(em, 'DELETE FROM blocks WHERE user_id = ? OR blocked_user_id = ?', [userId, userId]);
    return true;
  }
}
