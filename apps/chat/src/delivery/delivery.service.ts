import { Injectable, Logger } from '@nestjs/common';
import type { BusEvent } from '@app/contracts';
import type { AppendedRecord } from '../outbox/index.js';
import { ConversationFeed } from './conversation-feed.js';
import { ConversationLanes } from './conversation-lanes.js';
import { LivePusher } from './live-pusher.js';
import type { PolledEvents } from './outbox-poller.js';
import { RecentIds } from './recent-ids.js';

/** Ids of events without a seq that are told from a second coming. */
const IDS_KEPT = 100_000;

/** Brings events to this instance's sockets: messages in seq order, everything else once. */
@Injectable()
export class DeliveryService implements PolledEvents {
  private readonly logger = new Logger(DeliveryService.name);
  private readonly handled = new RecentIds(IDS_KEPT);

  constructor(
    private readonly feed: ConversationFeed,
    private readonly lanes: ConversationLanes,
    private readonly pusher: LivePusher,
  ) {}

  /** An event from the bus. Rejects when it must come again. */
  accept(event: BusEvent): Promise<void> | void {
    if (event.kind === 'message') return this.feed.accept(event, false);
    return this.acceptOther(event.outboxId ?? null, event);
  }

  /** What this process has just committed, ahead of the bus; whatever fails here comes by the bus. */
  acceptCommitted(records: readonly AppendedRecord[]): void {
    for (const { id, event } of records) {
      try {
        const accepting = event.kind === 'message' ? this.feed.accept(event, true) : this.acceptOther(id, event);
        accepting?.catch((error: unknown) => this.postponed(error));
      } catch (error) {
        this.postponed(error);
      }
    }
  }

  catchUp(conversationId: string, seq: number, fromSeq: number): Promise<void> | void {
    return this.feed.catchUp(conversationId, seq, fromSeq);
  }

  isKnown(outboxId: number): boolean {
    return this.handled.has(outboxId);
  }

  acceptOther(outboxId: number | null, event: BusEvent): Promise<void> | void {
    return this.lanes.run(event.conversationId, () => {
      if (outboxId !== null && this.handled.has(outboxId)) return undefined;
      const pushing = this.pushOther(event);
      if (pushing) return pushing.then(() => this.note(outboxId));
      this.note(outboxId);
      return undefined;
    });
  }

  private pushOther(event: BusEvent): Promise<void> | void {
    if (event.kind === 'message') throw new TypeError('A message has its place in a conversation');
    return event.kind === 'read' ? this.pusher.pushRead(event) : this.pusher.pushGroup(event);
  }

  private note(outboxId: number | null): void {
    if (outboxId !== null) this.handled.add(outboxId);
  }

  private postponed(error: unknown): void {
    this.logger.debug(`A local push waits for the bus: ${error instanceof Error ? error.message : String(error)}`);
  }
}
