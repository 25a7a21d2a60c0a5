import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { USERNAME_PATTERN, deletedUsername, type PublicUserDto } from '@app/contracts';
import { dialectOf, fromDbTime, placeholders, toDbTime, tuplesIn } from '@app/database';
import type { RevocationRow } from '@app/security';
import { chunks } from './chunks.js';

/** A user as others may see them: a deleted one has neither name nor profile left (`deleted-<id>`). */
export interface DirectoryUser extends PublicUserDto {
  readonly deleted: boolean;
}

/** `userId` has blocked `blockedUserId`. */
export interface BlockPair {
  readonly userId: number;
  readonly blockedUserId: number;
}

const PAIRS_PER_QUERY = 200;

const USER_COLUMNS = 'id, username, profile_picture_url, about, deleted_at';

interface UserRow {
  readonly id: number;
  readonly username: string;
  readonly profile_picture_url: string | null;
  readonly about: string | null;
  readonly deleted_at: string | Date | null;
}

/**
 * What chat reads of auth's tables (`users`, `contacts`, `blocks`, `revocations`); it never writes them. Every query takes the EntityManager, so
 * that a check stands inside the caller's transaction and bites on the very next message.
 */
@Injectable()
export class DirectoryRepository {
  /** The users that exist, by id, deleted ones included. Ids may repeat. */
  async findUsers(em: EntityManager, ids: Iterable<number>): Promise<Map<number, DirectoryUser>> {
    const found = new Map<number, DirectoryUser>();
    for (const part of chunks([...new Set(ids)])) {
      const sql = `SELECT ${USER_COLUMNS} FROM users WHERE id IN (${placeholders(part.length)})`;
      const rows: UserRow[] = await em.query(sql, part);
      for (const row of rows) found.set(row.id, toUser(row));
    }
    return found;
  }

  /** When each of `ids` that is deleted was deleted, in epoch milliseconds. */
  async findDeletions(em: EntityManager, ids: Iterable<number>): Promise<Map<number, number>> {
    const found = new Map<number, number>();
    for (const part of chunks([...new Set(ids)])) {
      const sql = `SELECT id, deleted_at FROM users WHERE id IN (${placeholders(part.length)}) AND deleted_at IS NOT NULL`;
      const rows: { id: number; deleted_at: string | Date }[] = await em.query(sql, part);
      for (const row of rows) found.set(row.id, fromDbTime(row.deleted_at).getTime());
    }
    return found;
  }

  /**
   * Living users by name, which is the same in any case; keyed by the name as it was asked for. A text that no username can be is not looked up,
   * because collations differ on what equals it.
   */
  async findUsersByUsername(em: EntityManager, names: Iterable<string>): Promise<Map<string, DirectoryUser>> {
    const asked = [...new Set(names)].filter((name) => USERNAME_PATTERN.test(name));
    const byLowerCase = new Map<string, DirectoryUser>();
    for (const part of chunks(asked)) {
      const sql = `SELECT ${USER_COLUMNS} FROM users WHERE username IN (${placeholders(part.length)}) AND deleted_at IS NULL`;
      const rows: UserRow[] = await em.query(sql, part);
      for (const row of rows) byLowerCase.set(row.username.toLowerCase(), toUser(row));
    }
    const pairs = asked.map((name) => [name, byLowerCase.get(name.toLowerCase())] as const);
    return new Map(pairs.filter((pair): pair is [string, DirectoryUser] => pair[1] !== undefined));
  }

  /** Those of `pairs` that stand as blocks, in exactly that direction. */
  async findBlocks(em: EntityManager, pairs: readonly BlockPair[]): Promise<BlockPair[]> {
    const found: BlockPair[] = [];
    for (const part of chunks(pairs, PAIRS_PER_QUERY)) {
      const rows: { user_id: number; blocked_user_id: number }[] = await em.query(
        `SELECT user_id, blocked_user_id FROM blocks WHERE ${tuplesIn(dialectOf(em), ['user_id', 'blocked_user_id'], part.length)}`,
        part.flatMap((pair) => [pair.userId, pair.blockedUserId]),
      );
      for (const row of rows) found.push({ userId: row.user_id, blockedUserId: row.blocked_user_id });
    }
    return found;
  }

  /** The blocks between the two users of each pair, in either direction: one query for a whole batch of sends. */
  findBlocksAmong(em: EntityManager, pairs: readonly (readonly [number, number])[]): Promise<BlockPair[]> {
    const bothWays = pairs.flatMap(([a, b]) => [
      { userId: a, blockedUserId: b },
      { userId: b, blockedUserId: a },
    ]);
    return this.findBlocks(em, bothWays);
  }

  async isBlockedEitherWay(em: EntityManager, a: number, b: number): Promise<boolean> {
    return (await this.findBlocksAmong(em, [[a, b]])).length > 0;
  }

  /** Which of `candidates` have blocked `userId`. */
  async findBlockersAmong(em: EntityManager, userId: number, candidates: Iterable<number>): Promise<Set<number>> {
    const pairs = [...new Set(candidates)].map((id) => ({ userId: id, blockedUserId: userId }));
    return new Set((await this.findBlocks(em, pairs)).map((pair) => pair.userId));
  }

  /** The ids of everyone who has blocked `userId`. */
  async listBlockersOf(em: EntityManager, userId: number): Promise<number[]> {
    const sql = 'SELECT user_id FROM blocks WHERE blocked_user_id = ?';
    const rows: { user_id: number }[] = await em.query(sql, [userId]);
    return rows.map((row) => row.user_id);
  }

  /** Which of `ids` are contacts of `ownerId`. */
  async findContactsAmong(em: EntityManager, ownerId: number, ids: Iterable<number>): Promise<Set<number>> {
    const found = new Set<number>();
    for (const part of chunks([...new Set(ids)])) {
      const sql = `SELECT contact_id FROM contacts WHERE user_id = ? AND contact_id IN (${placeholders(part.length)})`;
      const rows: { contact_id: number }[] = await em.query(sql, [ownerId, ...part]);
      for (const row of rows) found.add(row.contact_id);
    }
    return found;
  }

  /** The living contacts of `ownerId`. */
  async listContacts(em: EntityManager, ownerId: number): Promise<DirectoryUser[]> {
    const rows: UserRow[] = await em.query(
      `SELECT u.id, u.username, u.profile_picture_url, u.about, u.deleted_at
         FROM contacts c JOIN users u ON u.id = c.contact_id
        WHERE c.user_id = ? AND u.deleted_at IS NULL`,
      [ownerId],
    );
    return rows.map(toUser);
  }

  /** Living users whose name starts with `prefix` in any case, by name, without those who block `callerId`. */
  async searchUsers(em: EntityManager, prefix: string, callerId: number, limit: number): Promise<DirectoryUser[]> {
    const pattern = `${prefix.replace(/[!%_]/g, '!$&')}%`;
    const rows: UserRow[] = await em.query(
      `SELECT ${USER_COLUMNS} FROM users u
        WHERE u.username LIKE ? ESCAPE '!' AND u.deleted_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user_id = u.id AND b.blocked_user_id = ?)
        ORDER BY u.username LIMIT ?`,
      [pattern, callerId, limit],
    );
    return rows.map(toUser);
  }

  /**
   * Revocations with an id above `afterId` that still bind at `now` (epoch milliseconds), by id. Ids are not in commit order: the poller passes
   * an `afterId` it saw some seconds ago, so that its windows overlap.
   */
  async listRevocations(em: EntityManager, afterId: number, now: number): Promise<RevocationRow[]> {
    const rows: RevocationRecord[] = await em.query(
      `SELECT id, user_id, token_id, min_version, except_token_id, effective_at, expires_at, reason
         FROM revocations WHERE id > ? AND expires_at > ? ORDER BY id`,
      [afterId, toDbTime(now)],
    );
    return rows.map(toRevocation);
  }
}

interface RevocationRecord {
  readonly id: number;
  readonly user_id: number;
  readonly token_id: string | null;
  readonly min_version: number | null;
  readonly except_token_id: string | null;
  readonly effective_at: string | Date;
  readonly expires_at: string | Date;
  readonly reason: RevocationRow['reason'];
}

const toRevocation = (row: RevocationRecord): RevocationRow => ({
  id: row.id,
  userId: row.user_id,
  tokenId: row.token_id,
  minVersion: row.min_version,
  exceptTokenId: row.except_token_id,
  effectiveAt: fromDbTime(row.effective_at).getTime(),
  expiresAt: fromDbTime(row.expires_at).getTime(),
  reason: row.reason,
});

function toUser(row: UserRow): DirectoryUser {
  const { id } = row;
  if (row.deleted_at !== null) {
    return { id, username: deletedUsername(id), profilePictureUrl: null, about: null, deleted: true };
  }
  return { id, username: row.username, profilePictureUrl: row.profile_picture_url, about: row.about, deleted: false };
}
