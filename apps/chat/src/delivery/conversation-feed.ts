import type { MessageDto, MessageEvent } from '@app/contracts';
import type { ConversationLanes } from './conversation-lanes.js';
import type { GapDetector } from './gap-detector.js';
import type { MissedStretch } from './missed-messages.repository.js';

/** Where pushes go. */
export interface MessageSink {
  pushMessage(message: MessageDto, membershipVersion: number): Promise<void> | void;
}

/** What the database holds of a conversation. */
export interface MissedMessages {
  find(conversationId: string, from: number, to: number): Promise<MissedStretch | null>;
}

const MESSAGES_PER_READ = 200;

/**
 * Pushes every message of every conversation in seq order, whichever way the news of it comes: the bus, this process's own commit, or the poll
 * of the outbox. What is missing in between is read from the database. Rejects when that cannot be read; the same event may then come again.
 */
export class ConversationFeed {
  constructor(
    private readonly detector: GapDetector,
    private readonly lanes: ConversationLanes,
    private readonly missed: MissedMessages,
    private readonly sink: MessageSink,
  ) {}

  /** A message that the bus brought, or (`local`) that was committed by this process. */
  accept(event: MessageEvent, local: boolean): Promise<void> | void {
    const { conversationId, seq, fromSeq } = event;
    return this.lanes.run(conversationId, () => {
      const verdict = this.detector.decide(conversationId, seq, fromSeq, local);
      if (verdict.kind !== 'push') return undefined;
      if (verdict.from === seq) return this.push(event);
      return this.replay(conversationId, verdict.from, seq - 1).then(() => this.push(event));
    });
  }

  /** The outbox holds messages up to `seq`, whose lowest has the baseline `fromSeq`. */
  catchUp(conversationId: string, seq: number, fromSeq: number): Promise<void> | void {
    return this.lanes.run(conversationId, () => {
      const verdict = this.detector.decide(conversationId, seq, fromSeq, false);
      return verdict.kind === 'push' ? this.replay(conversationId, verdict.from, seq) : undefined;
    });
  }

  private push({ conversationId, seq, message, membershipVersion }: MessageEvent): Promise<void> | void {
    const pushing = this.sink.pushMessage(message, membershipVersion);
    if (pushing) return pushing.then(() => this.detector.delivered(conversationId, seq));
    this.detector.delivered(conversationId, seq);
    return undefined;
  }

  private async replay(conversationId: string, from: number, to: number): Promise<void> {
    for (let next = from; next <= to; next += MESSAGES_PER_READ) {
      const end = Math.min(to, next + MESSAGES_PER_READ - 1);
      const stretch = await this.missed.find(conversationId, next, end);
      for (const message of stretch?.messages ?? []) {
        const pushing = this.sink.pushMessage(message, stretch!.membershipVersion);
        if (pushing) await pushing;
        this.detector.delivered(conversationId, message.seq);
      }
      this.detector.delivered(conversationId, end);
    }
  }
}
