import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RecordHandler } from './message-bus.js';
import type { BusTimers } from './bus-timers.js';
import { RecordQueue, type StoredRecord } from './partition-log.js';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
/** Records handled before the event loop gets its turn. */
const RECORDS_PER_TURN = 64;

/** Feeds one partition of one group to its handler: in order, one at a time, the same record again until it was handled. */
export class PartitionWorker {
  private readonly queue = new RecordQueue();
  private running: Promise<void> | null = null;
  private stopped = false;
  private draining = false;
  private skipBackoff: (() => void) | null = null;

  constructor(
    private readonly handler: RecordHandler,
    private readonly timers: BusTimers,
    private readonly onFailure: (record: StoredRecord, error: unknown) => void,
  ) {}

  push(record: StoredRecord): void {
    if (this.stopped) return;
    this.queue.push(record);
    this.running ??= this.run();
  }

  /** When the oldest record that is not handled yet came in; null when there is none. */
  oldestTimestamp(): number | null {
    return this.queue.first()?.timestamp ?? null;
  }

  /** Lets go of what waits; resolves when the handler is idle. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.skipBackoff?.();
    await this.running;
    this.queue.clear();
  }

  /** Handles what waits, each record tried once more, then stops. */
  async drain(): Promise<void> {
    this.draining = true;
    this.skipBackoff?.();
    await this.running;
    await this.stop();
  }

  private async run(): Promise<void> {
    await Promise.resolve();
    let failures = 0;
    let handled = 0;
    for (let record = this.queue.first(); record && !this.stopped; record = this.queue.first()) {
      if (await this.attempt(record)) {
        failures = 0;
        this.queue.shift();
        if (++handled % RECORDS_PER_TURN === 0) await nextTurn();
      } else {
        await this.backOff(failures++);
      }
    }
    this.running = null;
  }

  /** True when the record is done with. */
  private async attempt(record: StoredRecord): Promise<boolean> {
    const { json, ...place } = record;
    try {
      await this.handler({ ...place, value: JSON.parse(json) });
      return true;
    } catch (error) {
      this.onFailure(record, error);
      return this.draining;
    }
  }

  private async backOff(failures: number): Promise<void> {
    if (this.stopped || this.draining) return;
    await new Promise<void>((resolve) => {
      const cancel = this.timers.after(Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS), resolve);
      this.skipBackoff = () => {
        cancel();
        resolve();
      };
    });
    this.skipBackoff = null;
  }
}
