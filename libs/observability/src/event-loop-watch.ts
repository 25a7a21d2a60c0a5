/**
 * How late the event loop is: a timer that should fire every second, and the time since it last did, by a monotonic clock. A loop that is
 * blocked now shows as late as soon as it runs again, before the timer has had its turn.
 */
export class EventLoopWatch {
  private readonly timer: NodeJS.Timeout;
  private expectedAt: number;

  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly intervalMs = 1000,
  ) {
    this.expectedAt = now() + intervalMs;
    this.timer = setInterval(() => (this.expectedAt = this.now() + this.intervalMs), intervalMs);
    this.timer.unref();
  }

  /** Milliseconds, 0 when the loop keeps up. */
  lagMs(): number {
    return Math.max(0, this.now() - this.expectedAt);
  }

  close(): void {
    clearInterval(this.timer);
  }
}
