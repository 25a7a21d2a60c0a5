import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { execute, placeholders, toDbTime, valuesList } from '@app/database';
import { chunks } from '../directory/index.js';

export interface StoredGroup {
  readonly id: number;
  readonly name: string;
  readonly createdBy: number;
}

/** `groups` and the two tables that follow its memberships. MySQL reserves the word, hence the backticks, which SQLite takes as well. */
@Injectable()
export class GroupsRepository {
  async create(em: EntityManager, name: string, createdBy: number, now: number): Promise<StoredGroup> {
    const sql = 'INSERT INTO `groups` (name, created_by, created_at) VALUES (?, ?, ?)';
    const { lastInsertId } = await execute(em, sql, [name, createdBy, toDbTime(now)]);
    return { id: lastInsertId, name, createdBy };
  }

  async find(em: EntityManager, id: number): Promise<StoredGroup | null> {
    const sql = 'SELECT id, name, created_by AS createdBy FROM `groups` WHERE id = ?';
    const rows: StoredGroup[] = await em.query(sql, [id]);
    return rows[0] ?? null;
  }

  async save(em: EntityManager, { id, name, createdBy }: StoredGroup): Promise<void> {
    await execute(em, 'UPDATE `groups` SET name = ?, created_by = ? WHERE id = ?', [name, createdBy, id]);
  }

  async addMembers(em: EntityManager, groupId: number, userIds: readonly number[]): Promise<void> {
    for (const part of chunks(userIds)) {
      await execute(
        em,
        `INSERT INTO group_users (group_id, user_id) VALUES ${valuesList(part.length, 2)}`,
        part.flatMap((userId) => [groupId, userId]),
      );
    }
  }

  /** Also leaves word for every instance, whose sockets of theirs stop following the group. */
  async removeMembers(em: EntityManager, groupId: number, userIds: readonly number[], now: number): Promise<void> {
    for (const part of chunks(userIds)) {
      const sql = `DELETE FROM group_users WHERE group_id = ? AND user_id IN (${placeholders(part.length)})`;
      await execute(em, sql, [groupId, ...part]);
      await execute(
        em,
        `INSERT INTO group_revocations (group_id, user_id, effective_at) VALUES ${valuesList(part.length, 3)}`,
        part.flatMap((userId) => [groupId, userId, toDbTime(now)]),
      );
    }
  }

  /** By id. */
  async listMemberIds(em: EntityManager, groupId: number): Promise<number[]> {
    const sql = 'SELECT user_id FROM group_users WHERE group_id = ? ORDER BY user_id';
    const rows: { user_id: number }[] = await em.query(sql, [groupId]);
    return rows.map((row) => row.user_id);
  }

  async countMembers(em: EntityManager, groupId: number): Promise<number> {
    const sql = 'SELECT COUNT(*) AS members FROM group_users WHERE group_id = ?';
    const rows: { members: number | string }[] = await em.query(sql, [groupId]);
    return Number(rows[0]?.members ?? 0);
  }

  /** Null when there is no such group. */
  async isMember(em: EntityManager, groupId: number, userId: number): Promise<boolean | null> {
    const rows: { isMember: number }[] = await em.query(
      `SELECT EXISTS (SELECT 1 FROM group_users m WHERE m.group_id = g.id AND m.user_id = ?) AS isMember
         FROM \`groups\` g WHERE g.id = ?`,
      [userId, groupId],
    );
    return rows[0] ? rows[0].isMember === 1 : null;
  }

  /** The groups in which the user has an open stay. */
  async listGroupIdsOf(em: EntityManager, userId: number): Promise<number[]> {
    const rows: { group_id: number }[] = await em.query(
      `SELECT c.group_id FROM memberships m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.user_id = ? AND m.left_seq IS NULL AND c.kind = 'GROUP' ORDER BY c.group_id`,
      [userId],
    );
    return rows.map((row) => row.group_id);
  }
}
