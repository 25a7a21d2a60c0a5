import { Injectable } from '@nestjs/common';
import { AppError, type GroupDto } from '@app/contracts';
import { Database, failpoint, type EntityManager } from '@app/database';
import { MembershipRepository } from '../conversations/index.js';
import { OutboxRelay, type AppendedRecord } from '../outbox/index.js';
import { GroupAdmission } from './group-admission.service.js';
import { GroupChanges } from './group-changes.service.js';
import type { LockedGroup } from './group-event.js';
import { GroupViews } from './group-views.service.js';

/** Commands on groups: each one transaction under the lock of the group's conversation, answered with the group after it. */
@Injectable()
export class GroupsService {
  constructor(
    private readonly database: Database,
    private readonly memberships: MembershipRepository,
    private readonly admission: GroupAdmission,
    private readonly changes: GroupChanges,
    private readonly views: GroupViews,
    private readonly relay: OutboxRelay,
  ) {}

  async createGroup(callerId: number, name: string): Promise<GroupDto> {
    const { id, records } = await this.database.transaction((em) => this.changes.create(em, name, callerId));
    this.relay.committed(records);
    return this.views.viewGroup(id);
  }

  renameGroup(callerId: number, groupId: number, name: string): Promise<GroupDto> {
    return this.change(groupId, async (em, locked) => {
      await this.admission.assertCreator(em, locked, callerId);
      return name === locked.group.name ? [] : this.changes.rename(em, locked, name);
    });
  }

  /** All of `userIds` or none; whoever is a member stays one. */
  addMembers(callerId: number, groupId: number, userIds: readonly number[]): Promise<GroupDto> {
    return this.change(groupId, async (em, locked) => {
      await this.admission.assertUsersExist(em, userIds);
      await this.admission.assertCreator(em, locked, callerId);
      const members = await this.memberships.findMembersAmong(em, locked.conversation.id, userIds);
      const added = [...new Set(userIds)].filter((id) => !members.has(id));
      if (added.length === 0) return [];
      await this.admission.assertMayJoin(em, locked, added);
      return this.changes.join(em, locked, added);
    });
  }

  /** The creator removes others, a member itself. */
  removeMember(callerId: number, groupId: number, userId: number): Promise<GroupDto> {
    return this.change(
      groupId,
      async (em, locked) => {
        await this.admission.assertUsersExist(em, [userId], true);
        if (userId === callerId) await this.admission.assertMember(em, locked, callerId);
        else await this.admission.assertCreator(em, locked, callerId);
        const stay = await this.memberships.findOpen(em, locked.conversation.id, userId);
        if (!stay) throw new AppError('NOT_FOUND', { message: 'The user is no member of this group' });
        await this.admission.assertMayLeave(em, locked, userId);
        return this.changes.leave(em, locked, [userId]);
      },
      'group.remove.after_commit',
    );
  }

  transferGroup(callerId: number, groupId: number, userId: number): Promise<GroupDto> {
    return this.change(groupId, async (em, locked) => {
      await this.admission.assertUsersExist(em, [userId]);
      await this.admission.assertCreator(em, locked, callerId);
      const stay = await this.memberships.findOpen(em, locked.conversation.id, userId);
      if (!stay) throw new AppError('BAD_REQUEST', { message: 'The user is no member of this group' });
      return userId === callerId ? [] : this.changes.transfer(em, locked, userId);
    });
  }

  private async change(
    groupId: number,
    work: (em: EntityManager, locked: LockedGroup) => Promise<AppendedRecord[]>,
    afterCommit?: string,
  ): Promise<GroupDto> {
    const records = await this.database.transaction(async (em) => {
      const locked = await this.changes.lock(em, groupId);
      if (!locked) throw new AppError('NOT_FOUND', { message: 'There is no such group' });
      return work(em, locked);
    });
    if (afterCommit !== undefined) failpoint(afterCommit);
    this.relay.committed(records);
    return this.views.viewGroup(groupId);
  }
}
