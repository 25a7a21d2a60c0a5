import { Injectable } from '@nestjs/common';
import { Database } from '@app/database';

/** Who is in a group, and since which change. */
export interface GroupAudienceState {
  readonly version: number;
  readonly userIds: ReadonlySet<number>;
}

@Injectable()
export class GroupAudienceRepository {
  constructor(private readonly database: Database) {}

  /** The members are at least as new as the version. */
  async find(groupId: number): Promise<GroupAudienceState> {
    const em = this.database.read;
    // The version first: a change between the two reads makes the members newer than it, never older.
    const versions: { version: number }[] = await em.query(
      'SELECT membership_version AS version FROM conversations WHERE group_id = ?',
      [groupId],
    );
    const rows: { user_id: number }[] = await em.query('SELECT user_id FROM group_users WHERE group_id = ?', [groupId]);
    return { version: versions[0]?.version ?? 0, userIds: new Set(rows.map(({ user_id }) => user_id)) };
  }
}
