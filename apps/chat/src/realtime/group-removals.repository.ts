import { Injectable } from '@nestjs/common';
import { Database, toDbTime } from '@app/database';

export interface GroupRemoval {
  readonly id: number;
  readonly groupId: number;
  readonly userId: number;
}

@Injectable()
export class GroupRemovalsRepository {
  constructor(private readonly database: Database) {}

  /** Removals with an id above `afterId` that took effect since `since` (epoch milliseconds), by id. */
  async listRemovals(afterId: number, since: number): Promise<GroupRemoval[]> {
    const rows: { id: number; group_id: number; user_id: number }[] = await this.database.read.query(
      'SELECT id, group_id, user_id FROM group_revocations WHERE id > ? AND effective_at > ? ORDER BY id',
      [afterId, toDbTime(since)],
    );
    return rows.map((row) => ({ id: row.id, groupId: row.group_id, userId: row.user_id }));
  }
}
