import { Injectable } from '@nestjs/common';
import { AppError } from '@app/contracts';
import { Database } from '@app/database';
import { GroupsRepository } from './groups.repository.js';

export type GroupMembership = 'member' | 'no-member' | 'no-group';

/** Who is in a group now, for whoever decides outside a transaction. */
@Injectable()
export class GroupMembers {
  constructor(
    private readonly database: Database,
    private readonly groups: GroupsRepository,
  ) {}

  async membershipOf(groupId: number, userId: number): Promise<GroupMembership> {
    const isMember = await this.groups.isMember(this.database.read, groupId, userId);
    if (isMember === null) return 'no-group';
    return isMember ? 'member' : 'no-member';
  }

  /** @throws AppError NOT_FOUND without such a group, NOT_A_MEMBER */
  async assertMember(groupId: number, userId: number): Promise<void> {
    const membership = await this.membershipOf(groupId, userId);
    if (membership === 'no-group') throw new AppError('NOT_FOUND', { message: 'There is no such group' });
    if (membership === 'no-member') throw new AppError('NOT_A_MEMBER');
  }

  /** By id. */
  listMemberIds(groupId: number): Promise<number[]> {
    return this.groups.listMemberIds(this.database.read, groupId);
  }
}
