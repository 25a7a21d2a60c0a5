/** Times in milliseconds; injected so that tests need not wait. */
export interface RealtimeOptions {
  readonly instanceId: string;
  readonly clock: () => number;
  /** How long a user must stay away before LEAVE is told. */
  readonly leaveDelayMs: number;
  /** Users online above which notices are told at most once per `crowdIntervalMs` and type. */
  readonly crowd: number;
  readonly crowdIntervalMs: number;
  readonly presenceRenewMs: number;
  readonly presenceSweepMs: number;
  /** How long last-seen times are gathered before they are stored together. */
  readonly lastSeenBatchMs: number;
  /** How often revocations and removals are read and expired sessions ended. */
  readonly revocationPollMs: number;
}

export const REALTIME_OPTIONS = Symbol('REALTIME_OPTIONS');

/** reliability.md section 7, architecture.md (revocations: twice a second). */
export const DEFAULT_REALTIME_OPTIONS = {
  clock: Date.now,
  leaveDelayMs: 3_000,
  crowd: 50,
  crowdIntervalMs: 1_000,
  presenceRenewMs: 10_000,
  presenceSweepMs: 5_000,
  lastSeenBatchMs: 1_000,
  revocationPollMs: 500,
} as const satisfies Omit<RealtimeOptions, 'instanceId'>;
