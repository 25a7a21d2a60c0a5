import type { MessageBus } from '@app/message-bus';
import type { ConversationLanes } from './conversation-lanes.js';
import type { DeliveryOptions } from './delivery.options.js';
import type { GapDetector } from './gap-detector.js';
import { reachOf, type OutboxReach } from './outbox-poller.js';

/**
 * Lets the gap detector forget conversations that have been silent for long, and only those of which every row is published and consumed here
 * (reliability.md 3.4, step 5): an earlier one would be taken for new when its record comes once more.
 */
export class SeqKeeper {
  constructor(
    private readonly bus: MessageBus,
    private readonly detector: GapDetector,
    private readonly lanes: ConversationLanes,
    private readonly reach: Pick<OutboxReach, 'listConversations'>,
    private readonly options: Pick<DeliveryOptions, 'group' | 'reachMarginMs' | 'keepSeqMs' | 'timers'>,
  ) {}

  async sweep(): Promise<void> {
    if (!this.bus.isUp()) return;
    const before = this.options.timers.now() - this.options.keepSeqMs;
    const idle = this.detector.listIdle(before);
    if (idle.length === 0) return;
    const needed = await this.listNeeded();
    for (const conversationId of idle) {
      if (!needed.has(conversationId) && !this.lanes.isBusy(conversationId))
        this.detector.forget(conversationId, before);
    }
  }

  /** Conversations with a row that may still come, or come again. */
  protected listNeeded(): Promise<Set<string>> {
    return this.reach.listConversations(reachOf(this.bus, this.options));
  }
}
