import { Injectable } from '@nestjs/common';
import { Database } from '@app/database';
import type { Principal } from '@app/security';
import { SimpUserRegistry } from '@app/stomp';
import { DirectoryRepository } from '../directory/index.js';
import { GroupMembers, type GroupMembership } from '../groups/index.js';

/** How a sender stands to a name; `username` is the name as its owner writes it. */
export type Relation =
  { readonly kind: 'open' | 'self' | 'blocked'; readonly username: string } | { readonly kind: 'unknown' };

/** Who may reach whom with something that is not stored: the rules of a send, read outside of one. */
@Injectable()
export class LiveAudience {
  constructor(
    private readonly database: Database,
    private readonly directory: DirectoryRepository,
    private readonly members: GroupMembers,
    private readonly users: SimpUserRegistry,
  ) {}

  async relationTo(sender: Principal, username: string): Promise<Relation> {
    const em = this.database.read;
    const user = (await this.directory.findUsersByUsername(em, [username])).get(username);
    if (!user) return { kind: 'unknown' };
    if (user.id === sender.id) return { kind: 'self', username: user.username };
    const blocked = await this.directory.isBlockedEitherWay(em, sender.id, user.id);
    return { kind: blocked ? 'blocked' : 'open', username: user.username };
  }

  membershipOf(groupId: number, userId: number): Promise<GroupMembership> {
    return this.members.membershipOf(groupId, userId);
  }

  memberIds(groupId: number): Promise<number[]> {
    return this.members.listMemberIds(groupId);
  }

  /** Names of those of the users who are connected to this instance. */
  connectedNames(userIds: ReadonlySet<number>): Set<string> {
    const principals = this.users.sessions().map((session) => session.principal as Principal);
    return new Set(principals.filter((principal) => userIds.has(principal.id)).map((principal) => principal.name));
  }

  blockersOf(userId: number): Promise<number[]> {
    return this.directory.listBlockersOf(this.database.read, userId);
  }

  async blockerNames(userId: number): Promise<Set<string>> {
    const blockers = await this.directory.findUsers(this.database.read, await this.blockersOf(userId));
    return new Set([...blockers.values()].map((user) => user.username));
  }
}
