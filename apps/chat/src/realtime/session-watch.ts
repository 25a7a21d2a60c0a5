import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { groupTopic, groupTypingTopic } from '@app/contracts';
import { IdWindow } from '@app/database';
import type { Logger } from '@app/observability';
import { RevocationList, type Principal } from '@app/security';
import { SimpUserRegistry, type StompSession } from '@app/stomp';
import { CHAT_LOGGER } from '../chat.tokens.js';
import { GroupRemovalsRepository, type GroupRemoval } from './group-removals.repository.js';
import { LiveAudience } from './live-audience.js';
import { REALTIME_OPTIONS, type RealtimeOptions } from './realtime.options.js';

const OVERLAP_MS = 10_000;

/**
 * Ends what must not live on (protocol.md, decision 16): sessions whose token has expired or was revoked, and subscriptions of those who left a
 * group. One pass over all sessions twice a second, so that no session needs a timer of its own.
 */
@Injectable()
export class SessionWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly window = new IdWindow(OVERLAP_MS);
  private readonly startedAt: number;
  private timer: NodeJS.Timeout | undefined;
  private watching: Promise<void> = Promise.resolve();

  constructor(
    private readonly users: SimpUserRegistry,
    private readonly revocations: RevocationList,
    private readonly removals: GroupRemovalsRepository,
    private readonly audience: LiveAudience,
    @Inject(CHAT_LOGGER) private readonly logger: Logger,
    @Inject(REALTIME_OPTIONS) private readonly options: RealtimeOptions,
  ) {
    this.startedAt = options.clock() - OVERLAP_MS;
  }

  onApplicationBootstrap(): void {
    this.revocations.onRevoked(() => this.endStaleSessions());
    this.timer = setInterval(() => {
      this.endStaleSessions();
      this.watching = this.watching.then(() => this.endRemovedSubscriptions());
    }, this.options.revocationPollMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.watching;
  }

  private endStaleSessions(): void {
    const now = this.options.clock() / 1000;
    for (const session of this.users.sessions()) {
      const principal = session.principal as Principal;
      if (principal.expiresAt <= now) session.end('token expired');
      else if (this.revocations.isRevoked(principal)) session.end('session ended');
    }
  }

  private async endRemovedSubscriptions(): Promise<void> {
    try {
      const now = this.options.clock();
      const removals = await this.removals.listRemovals(this.window.start(now), this.startedAt);
      for (const removal of removals) await this.endSubscriptions(removal);
      this.window.note(now, removals.at(-1)?.id ?? 0);
    } catch (error) {
      this.logger.warn({ err: error }, 'group removals could not be read');
    }
  }

  private async endSubscriptions({ groupId, userId }: GroupRemoval): Promise<void> {
    const topics = [groupTopic(groupId), groupTypingTopic(groupId)];
    const follows = (session: StompSession): boolean =>
      (session.principal as Principal).id === userId && session.destinations().some((name) => topics.includes(name));
    const followers = [...this.users.sessions()].filter(follows);
    // Whoever was taken back meanwhile keeps the subscription.
    if (followers.length === 0 || (await this.audience.membershipOf(groupId, userId)) === 'member') return;
    for (const session of followers) for (const topic of topics) session.unsubscribe(topic);
  }
}
