import { HealthRegistry } from '@app/observability';
import type { BeforeApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/**
 * An app's shutdown as its clients see it: unready at once, then requests in flight are given `drainMs` to end before Nest closes what is left.
 * Providers that requests need must therefore close in `onApplicationShutdown`, which comes after.
 */
export class RequestDrain implements OnModuleDestroy, BeforeApplicationShutdown {
  private inFlight = 0;
  private draining = false;
  private whenIdle: (() => void) | null = null;

  constructor(
    private readonly health: HealthRegistry,
    private readonly drainMs: number,
  ) {}

  /** Counts the requests of an instance; while draining, each answer closes its connection. */
  watch(instance: FastifyInstance): void {
    instance.addHook('onRequest', (_request, reply, done) => {
      this.inFlight += 1;
      if (this.draining) reply.raw.setHeader('connection', 'close');
      reply.raw.once('close', () => {
        this.inFlight -= 1;
        if (this.inFlight === 0) this.whenIdle?.();
      });
      done();
    });
  }

  onModuleDestroy(): void {
    this.draining = true;
    this.health.setDraining();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.inFlight === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.drainMs);
      this.whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
