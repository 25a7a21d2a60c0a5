/** A connection with something to write. */
export interface Flushable {
  flush(): void;
}

/** Calls `flush` once per event-loop turn for each connection that asked, so that what one turn wrote leaves in one write (performance.md 2). */
export class WriteBatch {
  private waiting: Flushable[] = [];

  /** The caller asks once per turn: again only after its `flush` was called. */
  schedule(connection: Flushable): void {
    if (this.waiting.length === 0) setImmediate(() => this.run());
    this.waiting.push(connection);
  }

  private run(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const connection of waiting) connection.flush();
  }
}
