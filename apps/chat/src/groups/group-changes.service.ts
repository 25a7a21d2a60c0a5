import { Injectable } from '@nestjs/common';
import { databaseNow, type EntityManager } from '@app/database';
import { ConversationRepository, MembershipRepository, type Stay } from '../conversations/index.js';
import { DirectoryRepository } from '../directory/index.js';
import { OutboxRepository, type AppendedRecord, type OutgoingEvent } from '../outbox/index.js';
import { groupEvent, type LockedGroup } from './group-event.js';
import { GroupsRepository, type StoredGroup } from './groups.repository.js';

/** What happens to a group, under the lock of its conversation; who may do it has been decided. */
@Injectable()
export class GroupChanges {
  constructor(
    private readonly groups: GroupsRepository,
    private readonly conversations: ConversationRepository,
    private readonly memberships: MembershipRepository,
    private readonly directory: DirectoryRepository,
    private readonly outbox: OutboxRepository,
  ) {}

  /** Null when there is no such group. */
  async lock(em: EntityManager, groupId: number): Promise<LockedGroup | null> {
    const conversation = await this.conversations.lock(em, { kind: 'GROUP', groupId });
    const group = conversation && (await this.groups.find(em, groupId));
    return group && conversation && { group, conversation };
  }

  async create(em: EntityManager, name: string, creatorId: number): Promise<{ id: number; records: AppendedRecord[] }> {
    const group = await this.groups.create(em, name, creatorId, await databaseNow(em));
    const conversation = await this.conversations.createGroup(em, group.id);
    return { id: group.id, records: await this.join(em, { group, conversation }, [creatorId]) };
  }

  /** New members see all history, but what was written before they came does not count as unread. */
  async join(em: EntityManager, locked: LockedGroup, userIds: readonly number[]): Promise<AppendedRecord[]> {
    const { group } = locked;
    await this.memberships.open(em, locked.conversation.id, userIds, locked.conversation.lastSeq);
    await this.groups.addMembers(em, group.id, userIds);
    const conversation = await this.conversations.bumpMembershipVersion(em, locked.conversation);
    return this.outbox.append(em, [groupEvent('group-added', { group, conversation }, userIds)]);
  }

  /**
   * Ends stays. Members whose account was deleted a moment ago go first, in the order of their deletions, as they stopped counting then. A creator who
   * goes hands the group to the longest member.
   */
  async leave(em: EntityManager, locked: LockedGroup, userIds: readonly number[]): Promise<AppendedRecord[]> {
    const open = await this.memberships.listOpen(em, locked.conversation.id);
    const leaving = await this.inOrderOfGoing(em, open, new Set(userIds));
    if (leaving.length === 0) return [];
    const gone = leaving.map((stay) => stay.userId);
    const remaining = open.map((stay) => stay.userId).filter((userId) => !gone.includes(userId));
    await this.memberships.close(em, leaving, locked.conversation.lastSeq);
    await this.groups.removeMembers(em, locked.group.id, gone, await databaseNow(em));
    const conversation = await this.conversations.bumpMembershipVersion(em, locked.conversation);
    const removed = groupEvent('group-removed', { group: locked.group, conversation }, gone);
    const heir = gone.includes(locked.group.createdBy) ? remaining[0] : undefined;
    const events: OutgoingEvent[] = [removed];
    if (heir !== undefined) {
      const group = await this.saveGroup(em, { ...locked.group, createdBy: heir });
      events.push(groupEvent('group-owner', { group, conversation }, remaining));
    }
    return this.outbox.append(em, events);
  }

  async rename(em: EntityManager, { group, conversation }: LockedGroup, name: string): Promise<AppendedRecord[]> {
    const renamed = await this.saveGroup(em, { ...group, name });
    const members = await this.groups.listMemberIds(em, group.id);
    return this.outbox.append(em, [groupEvent('group-renamed', { group: renamed, conversation }, members)]);
  }

  async transfer(em: EntityManager, { group, conversation }: LockedGroup, ownerId: number): Promise<AppendedRecord[]> {
    const transferred = await this.saveGroup(em, { ...group, createdBy: ownerId });
    const members = await this.groups.listMemberIds(em, group.id);
    return this.outbox.append(em, [groupEvent('group-owner', { group: transferred, conversation }, members)]);
  }

  private async saveGroup(em: EntityManager, group: StoredGroup): Promise<StoredGroup> {
    await this.groups.save(em, group);
    return group;
  }

  private async inOrderOfGoing(em: EntityManager, open: readonly Stay[], asked: ReadonlySet<number>): Promise<Stay[]> {
    const deletions = await this.directory.findDeletions(
      em,
      open.map((stay) => stay.userId),
    );
    const orderOf = (stay: Stay): number => deletions.get(stay.userId) ?? Number.MAX_SAFE_INTEGER;
    return open
      .filter((stay) => deletions.has(stay.userId) || asked.has(stay.userId))
      .sort((a, b) => orderOf(a) - orderOf(b));
  }
}
