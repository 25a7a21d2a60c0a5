import type { MessageBus } from '@app/message-bus';
import type { BusEvent } from '@app/contracts';
import type { ConversationHead } from '../outbox/index.js';
import type { DeliveryOptions } from './delivery.options.js';

/** The rows that the bus may not have brought yet. */
export interface OutboxReach {
  listHeads(since: number): Promise<ConversationHead[]>;
  listConversations(since: number): Promise<Set<string>>;
  listOtherIds(since: number): Promise<number[]>;
  listEvents(ids: readonly number[]): Promise<{ readonly id: number; readonly event: BusEvent }[]>;
}

/** What takes the events that were found. */
export interface PolledEvents {
  catchUp(conversationId: string, seq: number, fromSeq: number): Promise<void> | void;
  isKnown(outboxId: number): boolean;
  acceptOther(outboxId: number, event: BusEvent): Promise<void> | void;
}

/** The oldest instant that this instance may not have heard of yet. */
export const reachOf = (
  bus: MessageBus,
  { group, reachMarginMs }: Pick<DeliveryOptions, 'group' | 'reachMarginMs'>,
): number => bus.handledUpTo(group) - reachMarginMs;

/**
 * While the bus is away, takes from the outbox what the bus would have brought: every unpublished row of any owner, and every row published
 * after the oldest record that this instance has not consumed (reliability.md 3.4, step 5). So live delivery needs the bus for latency only.
 */
export class OutboxPoller {
  constructor(
    protected readonly bus: MessageBus,
    private readonly reach: OutboxReach,
    private readonly delivery: PolledEvents,
    protected readonly options: Pick<DeliveryOptions, 'group' | 'reachMarginMs'>,
  ) {}

  async poll(): Promise<void> {
    if (this.bus.isUp()) return;
    const since = this.since();
    for (const { conversationId, seq, fromSeq } of await this.reach.listHeads(since)) {
      await this.delivery.catchUp(conversationId, seq, fromSeq);
    }
    const unknown = (await this.reach.listOtherIds(since)).filter((id) => !this.delivery.isKnown(id));
    for (const { id, event } of await this.reach.listEvents(unknown)) await this.delivery.acceptOther(id, event);
  }

  /** Rows published before this have been consumed here. */
  protected since(): number {
    return reachOf(this.bus, this.options);
  }
}
