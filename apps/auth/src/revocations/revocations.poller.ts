import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { IdWindow } from '@app/database';
import type { Clock, Logger } from '@app/observability';
import { RevocationList, type RevocationRow } from '@app/security';
import { AUTH_CLOCK, AUTH_LOGGER } from '../auth.tokens.js';
import { RevocationsRepository } from './revocations.repository.js';

const POLL_MS = 500;
const CLEAN_MS = 600_000;
const OVERLAP_MS = 30_000;
/** Without a poll for so long this instance may accept tokens that another one has ended. */
const STALE_MS = 5_000;

/** Keeps this instance's {@link RevocationList} in step with the table, and the table free of rows whose tokens have expired. */
@Injectable()
export class RevocationsPoller implements OnModuleInit, OnApplicationShutdown {
  private readonly window = new IdWindow(OVERLAP_MS);
  private lastPoll = Number.NEGATIVE_INFINITY;
  private lastClean: number;
  private failing = false;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly revocations: RevocationsRepository,
    private readonly list: RevocationList,
    @Inject(AUTH_CLOCK) private readonly clock: Clock,
    @Inject(AUTH_LOGGER) private readonly logger: Logger,
  ) {
    this.lastClean = clock();
  }

  /** The app takes no request before it knows what was revoked. */
  async onModuleInit(): Promise<void> {
    const now = this.clock();
    const rows = await this.revocations.listUnexpired(now);
    this.list.replace(rows);
    this.note(now, rows);
    this.schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.running;
  }

  isFresh(): boolean {
    return this.clock() - this.lastPoll < STALE_MS;
  }

  /** Takes what was committed since the last poll. */
  async poll(): Promise<void> {
    const now = this.clock();
    const rows = await this.revocations.listAbove(this.window.start(now));
    this.list.apply(rows);
    this.note(now, rows);
  }

  async clean(): Promise<void> {
    this.lastClean = this.clock();
    await this.revocations.removeExpired(this.lastClean);
  }

  private note(now: number, rows: readonly RevocationRow[]): void {
    this.window.note(now, rows.at(-1)?.id ?? 0);
    this.lastPoll = now;
  }

  private schedule(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.running = this.round().finally(() => this.schedule());
    }, POLL_MS);
  }

  private async round(): Promise<void> {
    try {
      await this.poll();
      if (this.clock() - this.lastClean >= CLEAN_MS) await this.clean();
      this.failing = false;
    } catch (error) {
      // Said once per outage: a poll twice a second would fill the log.
      if (!this.failing) this.logger.warn({ err: error }, 'revocations could not be read');
      this.failing = true;
    }
  }
}
