import { AppError } from '@app/contracts';
import { ownSend, type Stay } from '../conversations/index.js';
import type { BatchFacts } from './batch-facts.js';
import type { LockedConversation } from './locked-conversation.repository.js';
import type { MessageRow, NewMessage } from './message-view.js';
import { conversationIdOf, findRefusal, onceKey, saysTheSame, stayKey, type Send } from './send.js';

export type AdvancedConversation = LockedConversation & { readonly lastTimestamp: Date };

/** What becomes of one send: refused, answered with a message stored before, or with one of `newMessages` by its index. */
export type Verdict =
  | { readonly kind: 'refused'; readonly error: AppError }
  | { readonly kind: 'stored'; readonly message: MessageRow }
  | { readonly kind: 'new'; readonly index: number };

export interface BatchPlan {
  readonly verdicts: readonly Verdict[];
  readonly newMessages: readonly NewMessage[];
  /** The conversations that got messages, as they stand after the batch, by row id. */
  readonly conversations: ReadonlyMap<number, AdvancedConversation>;
  /** The senders' stays after the batch. */
  readonly stays: readonly Stay[];
}

/**
 * Decides over a batch in the order of its sends: what is refused leaves no gap, what was stored before or comes twice is answered with the first
 * message, the rest get the next `seq` of their conversation and a time that never falls within it.
 */
export function planBatch(batch: readonly Send[], facts: BatchFacts): BatchPlan {
  const planner = new BatchPlanner(facts);
  return { verdicts: batch.map((send) => planner.judge(send)), ...planner.result() };
}

class BatchPlanner {
  private readonly newMessages: NewMessage[] = [];
  private readonly byOnceKey = new Map<string, number>();
  private readonly conversations = new Map<number, AdvancedConversation>();
  private readonly stays = new Map<string, Stay>();

  constructor(private readonly facts: BatchFacts) {}

  result(): Omit<BatchPlan, 'verdicts'> {
    return { newMessages: this.newMessages, conversations: this.conversations, stays: [...this.stays.values()] };
  }

  judge(send: Send): Verdict {
    return this.judgeRepeated(send, onceKey(send)) ?? this.judgeNew(send);
  }

  private judgeRepeated(send: Send, key: string | null): Verdict | null {
    if (key === null) return null;
    const stored = this.facts.stored.get(key);
    if (stored) return saysTheSame(send, stored) ? { kind: 'stored', message: stored } : REUSED;
    const index = this.byOnceKey.get(key);
    const first = index === undefined ? undefined : this.newMessages[index];
    if (index === undefined || !first) return null;
    return saysTheSame(send, first) ? { kind: 'new', index } : REUSED;
  }

  private judgeNew(send: Send): Verdict {
    const error = findRefusal(send, this.facts);
    if (error) return { kind: 'refused', error };
    const conversation = this.advance(send);
    this.countOwnSend(conversation, send.senderId);
    const { senderId, target, content, clientMsgId } = send;
    const index = this.newMessages.length;
    this.newMessages.push({
      conversationId: conversation.id,
      seq: conversation.lastSeq,
      senderId,
      receiverId: target.kind === 'PRIVATE' ? target.receiverId : null,
      groupId: target.kind === 'GROUP' ? target.groupId : null,
      content,
      timestamp: conversation.lastTimestamp,
      clientMsgId,
    });
    const key = onceKey(send);
    if (key !== null) this.byOnceKey.set(key, index);
    return { kind: 'new', index };
  }

  private advance(send: Send): AdvancedConversation {
    const locked = this.facts.conversations.get(conversationIdOf(send));
    if (!locked) throw new Error('an admitted send has no conversation');
    const before = this.conversations.get(locked.id) ?? locked;
    const lastTimestamp = new Date(Math.max(this.facts.now, before.lastTimestamp?.getTime() ?? 0));
    const conversation = { ...before, lastSeq: before.lastSeq + 1, lastTimestamp };
    this.conversations.set(conversation.id, conversation);
    return conversation;
  }

  private countOwnSend({ id, lastSeq }: LockedConversation, senderId: number): void {
    const key = stayKey(id, senderId);
    const stay = this.stays.get(key) ?? this.facts.stays.get(key);
    if (stay) this.stays.set(key, { ...stay, ...ownSend(stay, lastSeq) });
  }
}

const REUSED: Verdict = { kind: 'refused', error: new AppError('CLIENT_MSG_ID_REUSED') };
