import type { HeartbeatPlan } from '../codec/heart-beats.js';
import type { StompLimits } from './broker-options.js';

/** What has to happen to a session now. */
export type Verdict = 'fine' | 'heartbeat' | 'connect-timeout' | 'silent' | 'blocked' | 'terminate';

const NEVER = Number.POSITIVE_INFINITY;

/**
 * The clocks of one session: time to CONNECT, heart-beats both ways, a send buffer that does not drain, and the bounds of a close. Pure: times
 * are monotonic milliseconds that the caller hands in.
 */
export class SessionVitals {
  private lastRead: number;
  private lastWrite: number;
  private written = 0;
  private drained = 0;
  private drainedAt: number;
  private connectBy: number;
  private terminateBy = NEVER;
  private sendEvery = NEVER;
  private silenceLimit = NEVER;

  constructor(
    now: number,
    private readonly limits: StompLimits,
    /** How late a check may come; a heart-beat goes out that much early. */
    private readonly slackMs: number,
  ) {
    this.lastRead = this.lastWrite = this.drainedAt = now;
    this.connectBy = now + limits.connectTimeoutMs;
  }

  read(now: number): void {
    this.lastRead = now;
  }

  /** `bufferedBytes` wait to leave now, those just written among them. */
  wrote(now: number, bytes: number, bufferedBytes: number): void {
    this.lastWrite = now;
    this.written += bytes;
    this.noteDrain(now, bufferedBytes);
  }

  connected(now: number, plan: HeartbeatPlan): void {
    this.connectBy = NEVER;
    this.lastRead = now;
    if (plan.sendEveryMs > 0) this.sendEvery = plan.sendEveryMs - Math.min(2 * this.slackMs, plan.sendEveryMs / 4);
    if (plan.expectEveryMs > 0) this.silenceLimit = Math.max(3 * plan.expectEveryMs, this.limits.silenceMs);
  }

  /** DISCONNECT was answered: no heart-beats any more. */
  disconnected(): void {
    this.sendEvery = this.silenceLimit = NEVER;
  }

  /** A close has begun: nothing else counts any more. */
  closing(now: number): void {
    this.terminateBy = now + this.limits.closeTimeoutMs;
    this.connectBy = this.sendEvery = this.silenceLimit = NEVER;
  }

  check(now: number, bufferedBytes: number): Verdict {
    if (this.terminateBy !== NEVER) return now >= this.terminateBy ? 'terminate' : 'fine';
    if (now >= this.connectBy) return 'connect-timeout';
    if (this.isBlocked(now, bufferedBytes)) return 'blocked';
    if (now - this.lastRead >= this.silenceLimit) return 'silent';
    return now - this.lastWrite >= this.sendEvery ? 'heartbeat' : 'fine';
  }

  nextCheck(now: number): number {
    if (this.terminateBy !== NEVER) return this.terminateBy;
    return Math.min(
      this.connectBy,
      this.lastRead + this.silenceLimit,
      this.lastWrite + this.sendEvery,
      now + this.limits.sendTimeMs / 4,
    );
  }

  /** A buffer that is not empty and that no byte has left for the time allowed. */
  private isBlocked(now: number, bufferedBytes: number): boolean {
    this.noteDrain(now, bufferedBytes);
    // it may have been empty until just after the last check
    return now - this.drainedAt >= this.limits.sendTimeMs + this.limits.sendTimeMs / 4;
  }

  private noteDrain(now: number, bufferedBytes: number): void {
    const drained = this.written - bufferedBytes;
    if (bufferedBytes > 0 && drained <= this.drained) return;
    this.drained = drained;
    this.drainedAt = now;
  }
}
