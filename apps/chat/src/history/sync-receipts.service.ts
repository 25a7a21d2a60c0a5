import { Injectable } from '@nestjs/common';
import type { ConversationReceipts } from '@app/contracts';
import type { EntityManager } from '@app/database';
import { groupBy } from '../conversations/index.js';
import type { SyncedConversation } from './sync-plan.js';
import { SyncRepository, type ReadPosition } from './sync.repository.js';

/** With more members only the lowest watermark is told. */
const MOST_MEMBERS = 100;

/** Who has read how far, as state: it needs no cursor, and a client that takes it over has missed no receipt. */
@Injectable()
export class SyncReceipts {
  constructor(private readonly repository: SyncRepository) {}

  async listReceipts(
    em: EntityManager,
    callerId: number,
    conversations: readonly SyncedConversation[],
  ): Promise<ConversationReceipts[]> {
    const counts = await this.repository.countMembers(
      em,
      conversations.map((conversation) => conversation.id),
    );
    const isLarge = ({ id }: SyncedConversation): boolean => (counts.get(id) ?? 0) > MOST_MEMBERS;
    const large = conversations.filter(isLarge).map((conversation) => conversation.id);
    const small = conversations.filter((each) => !isLarge(each)).map((conversation) => conversation.id);
    const lowest = await this.repository.listLowestPositions(em, large, callerId);
    const positions = groupBy(await this.repository.listPositions(em, small), (each) => each.conversationRowId);
    return conversations.map((conversation) => {
      const { id, conversationId } = conversation;
      if (isLarge(conversation)) return { conversationId, members: null, minReadSeq: lowest.get(id) ?? 0 };
      const members = toMembers(positions.get(id) ?? []);
      const others = members.filter((member) => member.userId !== callerId).map((member) => member.readSeq);
      return { conversationId, members, minReadSeq: others.length === 0 ? 0 : Math.min(...others) };
    });
  }
}

const toMembers = (positions: readonly ReadPosition[]): NonNullable<ConversationReceipts['members']> =>
  [...groupBy(positions, (position) => position.userId)].map(([userId, ofUser]) => ({
    userId,
    readSeq: ofUser[0]?.readSeq ?? 0,
    exceptions: ofUser.flatMap((position) => (position.aheadSeq === null ? [] : [position.aheadSeq])),
  }));
