import { Pool } from 'undici';
import type { ServiceInstance } from '@app/discovery';

export interface UpstreamOptions {
  /** Time for a TCP connection; 1,000 ms. */
  readonly connectTimeoutMs?: number;
  /** How long an instance that could not be reached is asked last; 2,000 ms. */
  readonly restMs?: number;
  readonly now?: () => number;
}

/** One passing instance of a service and the connections kept to it. */
export class Upstream {
  readonly id: string;
  private readonly connections: Pool;
  private restsUntil = 0;

  constructor(
    readonly instance: ServiceInstance,
    private readonly options: UpstreamOptions = {},
  ) {
    this.id = instance.id;
    const host = instance.host.includes(':') ? `[${instance.host}]` : instance.host;
    this.connections = new Pool(`http://${host}:${instance.port}`, {
      pipelining: 1,
      connect: { timeout: this.connectTimeoutMs },
      keepAliveTimeout: 30_000,
    });
  }

  get pool(): Pool {
    return this.connections;
  }

  get connectTimeoutMs(): number {
    return this.options.connectTimeoutMs ?? 1_000;
  }

  /** It could not be reached just now; others are asked first for a while. */
  rest(): void {
    this.restsUntil = this.now() + (this.options.restMs ?? 2_000);
  }

  get isResting(): boolean {
    return this.restsUntil > this.now();
  }

  /** Lets what is under way end, then closes the connections. */
  async close(): Promise<void> {
    if (!this.connections.closed && !this.connections.destroyed) await this.connections.close();
  }

  /** Ends what is under way, too. */
  async destroy(): Promise<void> {
    if (!this.connections.destroyed) await this.connections.destroy();
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }
}
