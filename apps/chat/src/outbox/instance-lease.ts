import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { InstanceLeaseRepository } from './instance-lease.repository.js';
import { OUTBOX_OPTIONS, type OutboxOptions } from './outbox.options.js';

export const newOwnerSuffix = (): string => randomBytes(4).toString('hex');

/**
 * The name under which this process owns outbox rows. While the lease is held nobody else touches them; a process that was frozen for longer
 * finds its rows adopted and goes on under a new name.
 */
@Injectable()
export class InstanceLease {
  private readonly logger = new Logger(InstanceLease.name);
  private readonly fencedListeners: (() => void)[] = [];
  private identity: { readonly id: string; readonly fence: number } | null = null;
  private heldUntil = Number.NEGATIVE_INFINITY;
  private renewing: Promise<boolean> | null = null;

  constructor(
    private readonly repository: InstanceLeaseRepository,
    @Inject(OUTBOX_OPTIONS) private readonly options: OutboxOptions,
  ) {}

  get owner(): string {
    if (!this.identity) throw new Error('The instance lease was not acquired');
    return this.identity.id;
  }

  /** Called when the rows under the old name belong to others. */
  onFenced(listener: () => void): void {
    this.fencedListeners.push(listener);
  }

  acquire(): Promise<void> {
    return this.takeName(this.options.instanceId);
  }

  /** By a clock that does not jump: a lease counts from before its renewal was asked for. */
  isHeld(): boolean {
    return this.options.monotonic() < this.heldUntil;
  }

  /** True when the lease is held, under an old or a new name; renews when it ran out. */
  async ensureHeld(): Promise<boolean> {
    return this.isHeld() || (await this.renew());
  }

  /** False while the database cannot be asked. */
  renew(): Promise<boolean> {
    this.renewing ??= this.renewOnce().finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  async release(): Promise<void> {
    await this.renewing;
    if (!this.identity) return;
    this.heldUntil = Number.NEGATIVE_INFINITY;
    await this.repository.release(this.identity.id, this.identity.fence);
  }

  private async renewOnce(): Promise<boolean> {
    const { id, fence } = this.identity!;
    const asked = this.options.monotonic();
    try {
      if (await this.repository.renew(id, fence, this.options.leaseMs)) {
        this.heldUntil = asked + this.options.leaseMs;
        return true;
      }
      await this.takeName(`${this.options.instanceId}-${newOwnerSuffix()}`);
    } catch (error) {
      this.logger.warn(
        `The instance lease could not be renewed: ${error instanceof Error ? error.message : String(error)}`,
      );
      return false;
    }
    this.logger.warn(`The lease of ${id} was lost; going on as ${this.owner}`);
    for (const listener of this.fencedListeners) listener();
    return true;
  }

  private async takeName(id: string): Promise<void> {
    const asked = this.options.monotonic();
    const fence = await this.repository.acquire(id, this.options.leaseMs);
    this.identity = { id, fence };
    this.heldUntil = asked + this.options.leaseMs;
  }
}
