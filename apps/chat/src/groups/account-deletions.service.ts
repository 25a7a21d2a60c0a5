import { Injectable } from '@nestjs/common';
import { Database } from '@app/database';
import { OutboxRelay } from '../outbox/index.js';
import { GroupChanges } from './group-changes.service.js';
import { GroupsRepository } from './groups.repository.js';

/** What the end of an account means for groups. Private conversations stay as they are: nobody can write to a deleted user. */
@Injectable()
export class AccountDeletions {
  constructor(
    private readonly database: Database,
    private readonly groups: GroupsRepository,
    private readonly changes: GroupChanges,
    private readonly relay: OutboxRelay,
  ) {}

  /**
   * Ends the user's stays in groups and hands their own groups on. Every instance that hears of the deletion may call it, again and at the same
   * time: each group is one transaction, and the second finds nothing to do.
   */
  async closeAccount(userId: number): Promise<void> {
    for (const groupId of await this.groups.listGroupIdsOf(this.database.read, userId)) {
      const records = await this.database.transaction(async (em) => {
        const locked = await this.changes.lock(em, groupId);
        return locked ? this.changes.leave(em, locked, [userId]) : [];
      });
      this.relay.committed(records);
    }
  }
}
