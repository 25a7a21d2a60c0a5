import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@app/database';
import { MembershipRepository, type StoredConversation } from '../conversations/index.js';
import { DirectoryRepository } from '../directory/index.js';

/** Who is told that something was read. */
@Injectable()
export class ReceiptRecipients {
  constructor(
    private readonly directory: DirectoryRepository,
    private readonly memberships: MembershipRepository,
  ) {}

  /** The names of those of `senderIds` who are still there and have not blocked the reader, by id. */
  async findNames(
    em: EntityManager,
    readerId: number,
    conversation: StoredConversation,
    senderIds: readonly number[],
  ): Promise<Map<number, string>> {
    const ids = [...new Set(senderIds)];
    if (ids.length === 0) return new Map();
    const members = await this.memberships.findMembersAmong(em, conversation.id, ids);
    const blockers = await this.directory.findBlockersAmong(em, readerId, ids);
    const users = await this.directory.findUsers(em, ids);
    const told = [...users.values()].filter(({ id, deleted }) => !deleted && members.has(id) && !blockers.has(id));
    return new Map(told.map(({ id, username }) => [id, username]));
  }
}
