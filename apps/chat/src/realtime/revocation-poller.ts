import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database, IdWindow } from '@app/database';
import type { Logger } from '@app/observability';
import { RevocationList, type RevocationRow } from '@app/security';
import { CHAT_LOGGER } from '../chat.tokens.js';
import { DirectoryRepository } from '../directory/index.js';
import { AccountDeletions } from '../groups/index.js';
import { REALTIME_OPTIONS, type RealtimeOptions } from './realtime.options.js';

const OVERLAP_MS = 10_000;

/** Keeps this instance's {@link RevocationList} within half a second of auth's table, which no broker's outage can delay. */
@Injectable()
export class RevocationPoller implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly window = new IdWindow(OVERLAP_MS);
  private readonly closedAccounts = new Set<number>();
  private timer: NodeJS.Timeout | undefined;
  private polling: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly directory: DirectoryRepository,
    private readonly revocations: RevocationList,
    private readonly deletions: AccountDeletions,
    @Inject(CHAT_LOGGER) private readonly logger: Logger,
    @Inject(REALTIME_OPTIONS) private readonly options: RealtimeOptions,
  ) {}

  /** The set is complete before the first request is served. */
  async onApplicationBootstrap(): Promise<void> {
    await this.poll();
    this.timer = setInterval(() => {
      this.polling = this.polling.then(() => this.pollSafely());
    }, this.options.revocationPollMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.polling;
  }

  private async pollSafely(): Promise<void> {
    await this.poll().catch((error: unknown) => this.logger.warn({ err: error }, 'revocations could not be read'));
  }

  private async poll(): Promise<void> {
    const now = this.options.clock();
    const rows = await this.directory.listRevocations(this.database.read, this.window.start(now), now);
    this.revocations.apply(rows);
    for (const row of rows) await this.closeDeletedAccount(row);
    this.window.note(now, rows.at(-1)?.id ?? 0);
  }

  private async closeDeletedAccount({ reason, userId }: RevocationRow): Promise<void> {
    if (reason !== 'DELETED' || this.closedAccounts.has(userId)) return;
    await this.deletions.closeAccount(userId);
    this.closedAccounts.add(userId);
  }
}
