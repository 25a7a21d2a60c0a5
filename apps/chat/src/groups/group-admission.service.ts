import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@app/contracts';
import type { EntityManager } from '@app/database';
import { CHAT_GROUP_LIMIT } from '../chat.tokens.js';
import { MembershipRepository } from '../conversations/index.js';
import { DirectoryRepository } from '../directory/index.js';
import type { LockedGroup } from './group-event.js';
import { GroupsRepository } from './groups.repository.js';

/** Who may do what to a group, asked under its lock (security.md section 10). */
@Injectable()
export class GroupAdmission {
  constructor(
    private readonly groups: GroupsRepository,
    private readonly memberships: MembershipRepository,
    private readonly directory: DirectoryRepository,
    @Inject(CHAT_GROUP_LIMIT) private readonly maxMembers: number,
  ) {}

  /** @throws AppError NOT_FOUND when one of them is unknown or, unless `orDeleted`, deleted. */
  async assertUsersExist(em: EntityManager, userIds: readonly number[], orDeleted = false): Promise<void> {
    const users = await this.directory.findUsers(em, userIds);
    const missing = userIds.some((id) => (orDeleted ? !users.has(id) : users.get(id)?.deleted !== false));
    if (missing) throw new AppError('NOT_FOUND', { message: 'There is no such user' });
  }

  /** @throws AppError NOT_A_MEMBER */
  async assertMember(em: EntityManager, { conversation }: LockedGroup, userId: number): Promise<void> {
    if (!(await this.memberships.findOpen(em, conversation.id, userId))) throw new AppError('NOT_A_MEMBER');
  }

  /** @throws AppError NOT_A_MEMBER, FORBIDDEN for a member who is not the creator */
  async assertCreator(em: EntityManager, locked: LockedGroup, userId: number): Promise<void> {
    await this.assertMember(em, locked, userId);
    if (locked.group.createdBy !== userId) throw new AppError('FORBIDDEN');
  }

  /** @throws AppError BLOCKED, NOT_A_CONTACT or GROUP_FULL when one of `userIds`, none of them a member, may not be added. */
  async assertMayJoin(em: EntityManager, { group }: LockedGroup, userIds: readonly number[]): Promise<void> {
    const pairs = userIds.map((id) => [group.createdBy, id] as const);
    if ((await this.directory.findBlocksAmong(em, pairs)).length > 0) throw new AppError('BLOCKED');
    const contacts = await this.directory.findContactsAmong(em, group.createdBy, userIds);
    if (userIds.some((id) => !contacts.has(id))) throw new AppError('NOT_A_CONTACT');
    const members = await this.groups.countMembers(em, group.id);
    if (members + userIds.length > this.maxMembers) throw new AppError('GROUP_FULL');
  }

  /** @throws AppError CREATOR_MUST_TRANSFER while there is somebody to transfer the group to */
  async assertMayLeave(em: EntityManager, { group }: LockedGroup, userId: number): Promise<void> {
    if (userId !== group.createdBy) return;
    const others = (await this.groups.listMemberIds(em, group.id)).filter((id) => id !== userId);
    const users = await this.directory.findUsers(em, others);
    if ([...users.values()].some((user) => !user.deleted)) throw new AppError('CREATOR_MUST_TRANSFER');
  }
}
