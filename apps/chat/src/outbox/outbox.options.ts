import { systemTimers, type BusTimers } from '@app/message-bus';

/** Times in milliseconds (reliability.md 3.3). */
export interface OutboxOptions {
  /** First name under which this process owns rows, unique per start. */
  readonly instanceId: string;
  /** Take over every unpublished row at the start: only where one process alone may hold the data. */
  readonly adoptAllAtStart: boolean;
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  /** How often the table is read for own rows that nobody handed to the relay. */
  readonly readEveryMs: number;
  /** Records in one publish. */
  readonly batch: number;
  /** Longest time that a published row stays unmarked, so that many are marked at once. */
  readonly markAfterMs: number;
  /** Unpublished records held in memory; what goes beyond is read from the table later. */
  readonly memory: number;
  /** A row that fails this often, over at least this time, is moved to the dead ones. */
  readonly poisonFailures: number;
  readonly poisonAfterMs: number;
  readonly keepPublishedMs: number;
  readonly cleanEveryMs: number;
  readonly timers: BusTimers;
  /** Milliseconds that never jump. */
  readonly monotonic: () => number;
}

export const OUTBOX_OPTIONS = Symbol('OUTBOX_OPTIONS');

export const DEFAULT_OUTBOX_OPTIONS = {
  adoptAllAtStart: false,
  leaseMs: 5_000,
  renewEveryMs: 1_000,
  readEveryMs: 5_000,
  batch: 200,
  markAfterMs: 100,
  memory: 5_000,
  poisonFailures: 10,
  poisonAfterMs: 60_000,
  keepPublishedMs: 24 * 3_600_000,
  cleanEveryMs: 60_000,
  timers: systemTimers,
  monotonic: () => performance.now(),
} as const satisfies Omit<OutboxOptions, 'instanceId'>;
