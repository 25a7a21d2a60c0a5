import { Injectable } from '@nestjs/common';
import { TOPICS, type ConversationId, type MessageDto } from '@app/contracts';
import { failpoint, type EntityManager } from '@app/database';
import { MessageStatusView } from '../conversations/index.js';
import { OutboxRepository, type AppendedRecord, type OutgoingEvent } from '../outbox/index.js';
import { AcceptedMessageRepository } from './accepted-message.repository.js';
import { BatchFactsReader, type BatchFacts } from './batch-facts.js';
import { planBatch, type BatchPlan } from './batch-plan.js';
import { LockedConversationRepository } from './locked-conversation.repository.js';
import { toMessageDto, type MessageRow } from './message-view.js';
import type { Send, SendOutcome } from './send.js';

export interface Acceptance {
  /** In the order of the batch; not to be told to anybody before COMMIT. */
  readonly outcomes: readonly SendOutcome[];
  /** For the relay, after COMMIT. */
  readonly records: readonly AppendedRecord[];
}

/** The accept path of reliability.md 3.2, steps 1 to 5, for the sends of a batch. */
@Injectable()
export class AcceptTransaction {
  constructor(
    private readonly reader: BatchFactsReader,
    private readonly messages: AcceptedMessageRepository,
    private readonly conversations: LockedConversationRepository,
    private readonly statuses: MessageStatusView,
    private readonly outbox: OutboxRepository,
  ) {}

  async accept(em: EntityManager, batch: readonly Send[]): Promise<Acceptance> {
    const facts = await this.reader.read(em, batch);
    const plan = planBatch(batch, facts);
    failpoint('send.after_seq');
    const rows = plan.newMessages.length === 0 ? [] : await this.store(em, plan);
    const messages = rows.map((row) => toMessageDto(row, facts.users, 'DELIVERED'));
    const events = rows.map((row, index) => toEvent(row, messages[index]!, plan));
    const records = await this.outbox.append(em, events, facts.now);
    const stored = await this.viewStored(em, plan, facts);
    return { outcomes: outcomesOf(plan, messages, stored), records };
  }

  /** What was accepted before is shown to its sender as it stands now: a retry must not take back a READ. */
  private async viewStored(em: EntityManager, plan: BatchPlan, facts: BatchFacts): Promise<Map<number, MessageDto>> {
    const rows = plan.verdicts.flatMap((verdict) => (verdict.kind === 'stored' ? [verdict.message] : []));
    const views = new Map<number, MessageDto>();
    for (const row of rows) {
      const statuses = await this.statuses.statuses(em, row.senderId, [row]);
      views.set(row.id, toMessageDto(row, facts.users, statuses.get(row.id) ?? 'DELIVERED'));
    }
    return views;
  }

  private async store(em: EntityManager, plan: BatchPlan): Promise<MessageRow[]> {
    const ids = await this.messages.insertMessages(em, plan.newMessages);
    const rows = plan.newMessages.map((message, index) => ({ ...message, id: ids[index]! }));
    const lastIds = new Map(rows.map(({ conversationId, id }) => [conversationId, id]));
    const conversations = [...plan.conversations.values()].map((conversation) => ({
      ...conversation,
      lastMessageId: lastIds.get(conversation.id)!,
    }));
    await this.conversations.saveCounters(em, conversations);
    if (plan.stays.length > 0) await this.conversations.saveReadStates(em, plan.stays);
    return rows;
  }
}

function toEvent(row: MessageRow, message: MessageDto, plan: BatchPlan): OutgoingEvent {
  const { membershipVersion } = plan.conversations.get(row.conversationId)!;
  const conversationId = message.conversationId as ConversationId;
  return {
    topic: TOPICS.messages,
    conversationRowId: row.conversationId,
    event: { v: 1, kind: 'message', conversationId, membershipVersion, seq: row.seq, message },
  };
}

const outcomesOf = (
  plan: BatchPlan,
  messages: readonly MessageDto[],
  stored: ReadonlyMap<number, MessageDto>,
): SendOutcome[] =>
  plan.verdicts.map((verdict) => {
    if (verdict.kind === 'refused') return verdict.error;
    return verdict.kind === 'stored' ? stored.get(verdict.message.id)! : messages[verdict.index]!;
  });
