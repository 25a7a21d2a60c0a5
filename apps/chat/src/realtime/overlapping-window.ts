/**
 * The start of a poller's window over AUTO_INCREMENT ids, which are handed out at INSERT and not at COMMIT (reliability.md section 0): the
 * highest id seen at least `overlapMs` ago, so that a row that commits late is still found. Rows come more than once.
 */
export class OverlappingWindow {
  private readonly samples: { at: number; id: number }[] = [];
  private start = 0;
  private highest = 0;

  constructor(
    private readonly overlapMs: number,
    private readonly clock: () => number,
  ) {}

  /** Ask for ids above this one. */
  get afterId(): number {
    return this.start;
  }

  saw(ids: Iterable<number>): void {
    const now = this.clock();
    for (const id of ids) this.highest = Math.max(this.highest, id);
    this.samples.push({ at: now, id: this.highest });
    while (this.samples.length > 0 && this.samples[0]!.at <= now - this.overlapMs)
      this.start = this.samples.shift()!.id;
  }
}
