import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Signals } from '@app/message-bus';
import type { Logger } from '@app/observability';
import type { PresenceTransition } from '@app/presence';
import { CHAT_LOGGER } from '../chat.tokens.js';
import { LastSeenRepository } from './last-seen.repository.js';
import { REALTIME_OPTIONS, type RealtimeOptions } from './realtime.options.js';

/** Passes transitions on: to every instance at once, to the `last_seen` table in batches. */
@Injectable()
export class PresenceRecorder implements OnModuleDestroy {
  private readonly seen = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly signals: Signals,
    private readonly lastSeen: LastSeenRepository,
    @Inject(CHAT_LOGGER) private readonly logger: Logger,
    @Inject(REALTIME_OPTIONS) private readonly options: RealtimeOptions,
  ) {}

  /** Takes a step on the presence store; false when it failed. A store that is away costs nothing but presence. */
  async record(step: () => Promise<readonly PresenceTransition[]>): Promise<boolean> {
    try {
      for (const transition of await step()) {
        if (!transition.online) this.saw(transition.username);
        await this.signals.publish({ kind: 'presence-changed', payload: transition });
      }
      return true;
    } catch (error) {
      this.logger.warn({ err: error }, 'presence could not be updated');
      return false;
    }
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.timer);
    await this.flush();
  }

  private saw(username: string): void {
    this.seen.set(username, this.options.clock());
    this.timer ??= setTimeout(() => void this.flush(), this.options.lastSeenBatchMs);
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    const batch = [...this.seen];
    this.seen.clear();
    if (batch.length === 0) return;
    await this.lastSeen
      .record(batch)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'last-seen times could not be stored'));
  }
}
