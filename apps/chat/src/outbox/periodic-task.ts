import { Logger } from '@nestjs/common';
import type { BusTimers } from '@app/message-bus';

/** Runs a task again and again, a pause after each run; a run that fails is logged once per row of failures and tried again. */
export class PeriodicTask {
  private readonly logger: Logger;
  private running: Promise<void> | null = null;
  private cancel: (() => void) | null = null;
  private failing = false;
  private stopped = true;

  constructor(
    name: string,
    private readonly everyMs: number,
    private readonly timers: BusTimers,
    private readonly task: () => Promise<unknown>,
  ) {
    this.logger = new Logger(name);
  }

  start(): void {
    this.stopped = false;
    this.plan();
  }

  /** Resolves when no run is going on. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    await this.running;
  }

  private plan(): void {
    if (this.stopped) return;
    this.cancel = this.timers.after(this.everyMs, () => {
      this.running = this.runOnce().finally(() => this.plan());
    });
  }

  private async runOnce(): Promise<void> {
    try {
      await this.task();
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        this.logger.warn(`Failed, and is tried again: ${error instanceof Error ? error.message : String(error)}`);
      this.failing = true;
    }
  }
}
