/** Something that is looked at when its time has come. */
export interface TimedEntry {
  /** Called at or shortly before the time asked for. Answers the time of the next call, or undefined to leave the wheel. */
  onTime(now: number): number | undefined;
}

const SLOTS = 1024;

/**
 * One timer for the heart-beats and time-outs of all sessions. Time is monotonic milliseconds and moves in ticks; entries are called up to
 * one tick early, never a tick late unless the event loop was. The timer only runs while there are entries, and keeps no process alive.
 */
export class TimerWheel {
  private readonly slots: (TimedEntry[] | undefined)[] = Array.from({ length: SLOTS });
  private tick = 0;
  private entries = 0;
  private timer: NodeJS.Timeout | undefined;
  private coarse = 0;

  constructor(
    private readonly clock: () => number = () => performance.now(),
    readonly tickMs = 100,
  ) {}

  /** The time of the last tick: up to one tick behind the clock and much cheaper. Only moves while there are entries. */
  get now(): number {
    return this.coarse;
  }

  /** Calls the entry for the first time `afterMs` from now. */
  add(entry: TimedEntry, afterMs: number): void {
    if (this.timer === undefined) this.start();
    this.entries++;
    this.put(entry, this.coarse + afterMs);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.entries = 0;
    this.slots.fill(undefined);
  }

  private start(): void {
    this.coarse = this.clock();
    this.tick = this.tickOf(this.coarse);
    this.timer = setInterval(() => this.advance(), this.tickMs);
    this.timer.unref();
  }

  private advance(): void {
    this.coarse = this.clock();
    const target = this.tickOf(this.coarse);
    const first = Math.max(this.tick + 1, target - SLOTS + 1);
    this.tick = target;
    for (let tick = first; tick <= target; tick++) this.fire(tick);
    if (this.entries === 0 && this.timer !== undefined) this.stop();
  }

  private fire(tick: number): void {
    const due = this.slots[tick % SLOTS];
    if (due === undefined) return;
    this.slots[tick % SLOTS] = undefined;
    for (const entry of due) {
      const next = entry.onTime(this.coarse);
      if (next === undefined) this.entries--;
      else this.put(entry, next);
    }
  }

  /** Times beyond the horizon are called at it, and asked again. */
  private put(entry: TimedEntry, due: number): void {
    const tick = Math.min(Math.max(this.tickOf(due), this.tick + 1), this.tick + SLOTS - 1);
    const slot = this.slots[tick % SLOTS];
    if (slot === undefined) this.slots[tick % SLOTS] = [entry];
    else slot.push(entry);
  }

  private tickOf(time: number): number {
    return Math.floor(time / this.tickMs);
  }
}
