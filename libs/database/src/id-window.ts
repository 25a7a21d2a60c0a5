/**
 * Where to begin reading a table whose ids are given out before COMMIT: a row may show up below ids that were read long ago. Each read goes back
 * to where the table ended `overlapMs` before, so that a transaction may take that long and its row is still met.
 */
export class IdWindow {
  private readonly marks: { readonly at: number; readonly id: number }[] = [];

  /**
   * @param overlapMs longest time between a row's id and its COMMIT
   * @param margin ids that may be open at the same time when the first read happens
   */
  constructor(
    private readonly overlapMs: number,
    private readonly margin = 1_000,
  ) {}

  /** A read that began at `now` saw `id` as the highest. */
  note(now: number, id: number): void {
    const last = this.marks.at(-1);
    if (!last) this.marks.push({ at: now, id: Math.max(0, id - this.margin) });
    if ((this.marks.at(-1)?.id ?? 0) < id) this.marks.push({ at: now, id });
  }

  /** The id above which a read at `now` must look. */
  start(now: number): number {
    while (this.marks.length > 1 && this.marks[1]!.at <= now - this.overlapMs) this.marks.shift();
    return this.marks[0]?.id ?? 0;
  }
}
