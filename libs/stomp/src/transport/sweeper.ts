/** Something the one timer looks at. */
export interface Swept {
  /**
   * @param now epoch ms
   * @param late ms by which the timer was late (a blocked event loop, a clock that jumped): time in which nobody could be heard
   */
  sweep(now: number, late: number): void;
}

/** One timer for all connections; it runs only while there are any. */
export class Sweeper {
  private readonly members = new Set<Swept>();
  private timer: NodeJS.Timeout | undefined;
  private last = 0;

  constructor(
    private readonly everyMs: number,
    private readonly now: () => number,
  ) {}

  add(member: Swept): void {
    this.members.add(member);
    if (this.timer) return;
    this.last = this.now();
    this.timer = setInterval(() => this.run(), this.everyMs);
  }

  delete(member: Swept): void {
    this.members.delete(member);
    if (this.members.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private run(): void {
    const now = this.now();
    const overdue = now - this.last - this.everyMs;
    this.last = now;
    for (const member of this.members) member.sweep(now, overdue > this.everyMs ? overdue : 0);
  }
}
