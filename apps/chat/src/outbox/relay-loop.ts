import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { OUTBOX_OPTIONS, type OutboxOptions } from './outbox.options.js';
import { OutboxRelay } from './outbox-relay.js';

const AFTER_FAILURE_MS = 500;
/** Unmarked rows that are marked without waiting for more. */
const MARK_AT_ONCE = 1_000;

/** Drives the relay: publishes as soon as there is something, one publish at a time, and marks what was published a little later. */
@Injectable()
export class RelayLoop {
  private readonly logger = new Logger(RelayLoop.name);
  private running: Promise<void> | null = null;
  private stopping = false;
  private woken = false;
  private wakeUp: (() => void) | null = null;
  private markDueAt: number | null = null;
  private failing = false;

  constructor(
    private readonly relay: OutboxRelay,
    @Inject(OUTBOX_OPTIONS) private readonly options: OutboxOptions,
  ) {
    relay.onWork(() => this.wake());
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Publishes and marks what is there, for at most `withinMs`; what remains stays in the table. */
  async stop(withinMs: number): Promise<void> {
    if (!this.running) return;
    this.stopping = true;
    this.wake();
    let cancel = (): void => {};
    const bound = new Promise<void>((resolve) => {
      cancel = this.options.timers.after(withinMs, resolve);
    });
    await Promise.race([this.running, bound]);
    cancel();
    this.wake();
  }

  private wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  private async run(): Promise<void> {
    for (;;) {
      await nextTurn();
      this.woken = false;
      const waitMs = await this.turn();
      if (this.stopping && (waitMs !== 0 || this.failing)) break;
      if (waitMs !== 0 && !this.woken) await this.sleep(waitMs);
    }
    await this.relay.markPublished().catch((error: unknown) => this.failed(error));
  }

  /** Milliseconds to wait before the next turn; null: until woken. */
  private async turn(): Promise<number | null> {
    try {
      const { nextInMs } = await this.relay.publishNext();
      this.failing = false;
      return earlier(nextInMs, this.markWhenDue());
    } catch (error) {
      this.failed(error);
      return AFTER_FAILURE_MS;
    }
  }

  /** Starts marking when it is time, without holding up the next publish. */
  private markWhenDue(): number | null {
    const now = this.options.timers.now();
    const { unmarked } = this.relay.backlog;
    if (unmarked === 0) {
      this.markDueAt = null;
      return null;
    }
    this.markDueAt ??= now + this.options.markAfterMs;
    if (now < this.markDueAt && unmarked < MARK_AT_ONCE) return this.markDueAt - now;
    this.markDueAt = null;
    this.relay.markPublished().catch((error: unknown) => this.failed(error));
    return this.options.markAfterMs;
  }

  private async sleep(waitMs: number | null): Promise<void> {
    let cancel = (): void => {};
    await new Promise<void>((resolve) => {
      this.wakeUp = resolve;
      if (waitMs !== null) cancel = this.options.timers.after(waitMs, resolve);
    });
    cancel();
    this.wakeUp = null;
  }

  private failed(error: unknown): void {
    if (!this.failing)
      this.logger.warn(
        `The outbox cannot be read or marked: ${error instanceof Error ? error.message : String(error)}`,
      );
    this.failing = true;
  }
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);
