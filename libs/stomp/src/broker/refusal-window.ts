const WINDOW_MS = 10_000;

/** Counts the refusals of one session within the last 10 s. */
export class RefusalWindow {
  private times: number[] = [];

  constructor(private readonly limit: number) {}

  /** Counts one; true when the limit is reached. */
  strike(now: number): boolean {
    this.times = this.times.filter((time) => now - time < WINDOW_MS);
    this.times.push(now);
    return this.times.length >= this.limit;
  }
}
