import type { StompConnection } from './stomp-connection.js';
import type { TransportLimits } from './transport-options.js';

/** The connections there are, and whether there may be more. */
export class LiveConnections {
  private readonly all = new Set<StompConnection>();
  private emptied: (() => void)[] = [];
  private draining = false;
  private second = 0;
  private startedInSecond = 0;

  constructor(
    private readonly limits: TransportLimits,
    private readonly now: () => number,
    private readonly onConnection: (connection: StompConnection) => void,
  ) {}

  get count(): number {
    return this.all.size;
  }

  list(): StompConnection[] {
    return [...this.all];
  }

  /** No more connections from here on. */
  drain(): void {
    this.draining = true;
  }

  /** Takes a place for a new connection, or says no (503): draining, full, or too many within this second. */
  admit(): boolean {
    if (this.draining || this.all.size >= this.limits.connections) return false;
    const second = Math.floor(this.now() / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.startedInSecond = 0;
    }
    if (this.startedInSecond >= this.limits.connectionsPerSecond) return false;
    this.startedInSecond += 1;
    return true;
  }

  /** Makes the connection known to the session above. */
  add(connection: StompConnection): void {
    this.all.add(connection);
    this.onConnection(connection);
  }

  delete(connection: StompConnection): void {
    if (!this.all.delete(connection) || this.all.size > 0) return;
    const emptied = this.emptied;
    this.emptied = [];
    for (const resolve of emptied) resolve();
  }

  /** Resolves when there is none left. */
  async empty(): Promise<void> {
    if (this.all.size === 0) return;
    await new Promise<void>((resolve) => this.emptied.push(resolve));
  }
}
