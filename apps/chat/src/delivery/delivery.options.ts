import { systemTimers, type BusTimers } from '@app/message-bus';

/** Times in milliseconds (reliability.md 3.4). */
export interface DeliveryOptions {
  /** This instance's group on the bus. */
  readonly group: string;
  /** How often the outbox is polled while the bus is away. */
  readonly pollEveryMs: number;
  /** How far before the oldest unconsumed record the poll begins: the clocks of bus and database may differ by this much. */
  readonly reachMarginMs: number;
  /** How long a silent conversation's last seq is kept. */
  readonly keepSeqMs: number;
  readonly sweepEveryMs: number;
  readonly timers: BusTimers;
}

export const DELIVERY_OPTIONS = Symbol('DELIVERY_OPTIONS');

export const DEFAULT_DELIVERY_OPTIONS = {
  pollEveryMs: 1_000,
  reachMarginMs: 5_000,
  keepSeqMs: 600_000,
  sweepEveryMs: 60_000,
  timers: systemTimers,
} as const satisfies Omit<DeliveryOptions, 'group'>;

/** One consumer group per instance, so that every instance sees every event. */
export const fanoutGroup = (instanceId: string): string => `chat-fanout-${instanceId}`;
