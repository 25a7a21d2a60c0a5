import { Injectable } from '@nestjs/common';
import { privateConversationId, type ConversationId } from '@app/contracts';
import { databaseNow, type EntityManager } from '@app/database';
import { MembershipRepository, type Stay } from '../conversations/index.js';
import { DirectoryRepository } from '../directory/index.js';
import { AcceptedMessageRepository } from './accepted-message.repository.js';
import { LockedConversationRepository, type LockedConversation } from './locked-conversation.repository.js';
import type { MessageRow } from './message-view.js';
import { conversationIdOf, findRefusal, onceKey, stayKey, type Send, type SendFacts } from './send.js';

/** Everything that decides over a batch, read inside its transaction under the locks of its conversations. */
export interface BatchFacts extends SendFacts {
  /** Messages accepted before, by {@link onceKey}. */
  readonly stored: ReadonlyMap<string, MessageRow>;
  readonly conversations: ReadonlyMap<ConversationId, LockedConversation>;
  /** The senders' open stays, by {@link stayKey}. */
  readonly stays: ReadonlyMap<string, Stay>;
  /** The database's clock after the locks, epoch milliseconds. */
  readonly now: number;
}

type Conversations = BatchFacts['conversations'];
type People = Pick<BatchFacts, 'users' | 'blockedPairs'>;

@Injectable()
export class BatchFactsReader {
  constructor(
    private readonly messages: AcceptedMessageRepository,
    private readonly conversations: LockedConversationRepository,
    private readonly memberships: MembershipRepository,
    private readonly directory: DirectoryRepository,
  ) {}

  /** Takes the locks and reads; makes the conversations of first contacts. */
  async read(em: EntityManager, batch: readonly Send[]): Promise<BatchFacts> {
    const stored = await this.messages.findStored(em, batch);
    const sends = batch.filter((send) => !stored.has(onceKey(send) ?? ''));
    const locked = await this.conversations.lock(em, new Set(sends.map(conversationIdOf)));
    const before = await this.findPeople(em, batch, sends);
    const created = await this.createMissing(em, sends, locked, before);
    // A block or a deletion may have come while the new conversations were waited for.
    const people = created.size === 0 ? before : await this.findPeople(em, batch, sends);
    const conversations = created.size === 0 ? locked : new Map([...locked, ...created]);
    const stays = await this.findStays(em, sends, conversations);
    return { stored, conversations, ...people, stays, now: await databaseNow(em) };
  }

  private async findPeople(em: EntityManager, batch: readonly Send[], sends: readonly Send[]): Promise<People> {
    const users = await this.directory.findUsers(em, batch.flatMap(peopleOf));
    const pairs = new Map(
      sends.flatMap((send) => (send.target.kind === 'PRIVATE' ? [[conversationIdOf(send), pairOf(send)]] : [])),
    );
    const blocks = await this.directory.findBlocksAmong(em, [...pairs.values()]);
    return {
      users,
      blockedPairs: new Set(blocks.map(({ userId, blockedUserId }) => privateConversationId(userId, blockedUserId))),
    };
  }

  /** First contacts. Nobody who would be refused gets a conversation made. */
  private createMissing(
    em: EntityManager,
    sends: readonly Send[],
    locked: Conversations,
    people: People,
  ): Promise<Map<ConversationId, LockedConversation>> {
    const facts = { ...people, conversations: locked, stays: new Map() };
    const missing = sends.filter(
      (send) =>
        send.target.kind === 'PRIVATE' && !locked.has(conversationIdOf(send)) && findRefusal(send, facts) === null,
    );
    return this.conversations.createPrivate(em, [...new Set(missing.map(conversationIdOf))]);
  }

  private async findStays(
    em: EntityManager,
    sends: readonly Send[],
    conversations: Conversations,
  ): Promise<Map<string, Stay>> {
    const wanted = new Map<string, { conversationRowId: number; userId: number }>();
    for (const send of sends) {
      const conversationRowId = conversations.get(conversationIdOf(send))?.id;
      if (conversationRowId === undefined) continue;
      wanted.set(stayKey(conversationRowId, send.senderId), { conversationRowId, userId: send.senderId });
    }
    const stays = await this.memberships.findOpenAmong(em, [...wanted.values()]);
    return new Map(stays.map((stay) => [stayKey(stay.conversationRowId, stay.userId), stay]));
  }
}

const peopleOf = ({ senderId, target }: Send): number[] =>
  target.kind === 'PRIVATE' ? [senderId, target.receiverId] : [senderId];

const pairOf = (send: Send): readonly [number, number] => {
  const [senderId = 0, receiverId = 0] = peopleOf(send);
  return [senderId, receiverId];
};
