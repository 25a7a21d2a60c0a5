import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { InstanceLease } from './instance-lease.js';
import { OUTBOX_OPTIONS, type OutboxOptions } from './outbox.options.js';
import { OutboxRelay } from './outbox-relay.js';
import { OutboxUpkeepRepository } from './outbox-upkeep.repository.js';
import { PeriodicTask } from './periodic-task.js';
import { RelayLoop } from './relay-loop.js';

const DRAIN_MS = 3_000;
const FORGET_INSTANCES_MS = 60_000;

type OutboxUpkeep = Pick<OutboxUpkeepRepository, 'adopt' | 'forgetInstances' | 'deletePublished'>;

/** Starts and ends what runs by itself around the outbox: the lease, the relay, the adoption of dead instances' rows, the cleaning. */
@Injectable()
export class OutboxKeeper implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(OutboxKeeper.name);
  private readonly tasks: PeriodicTask[];

  constructor(
    private readonly lease: InstanceLease,
    private readonly relay: OutboxRelay,
    private readonly loop: RelayLoop,
    @Inject(OutboxUpkeepRepository) private readonly upkeep: OutboxUpkeep,
    @Inject(OUTBOX_OPTIONS) private readonly options: OutboxOptions,
  ) {
    const { renewEveryMs, readEveryMs, cleanEveryMs, timers } = options;
    this.tasks = [
      new PeriodicTask('InstanceLease', renewEveryMs, timers, () => this.lease.renew()),
      new PeriodicTask('OutboxAdoption', renewEveryMs, timers, () => this.adopt(false)),
      // A COMMIT whose answer was lost left rows that nobody handed over.
      new PeriodicTask('OutboxReading', readEveryMs, timers, async () => this.relay.poke()),
      new PeriodicTask('OutboxCleaning', cleanEveryMs, timers, () => this.clean()),
    ];
  }

  async onModuleInit(): Promise<void> {
    await this.lease.acquire();
    if (this.options.adoptAllAtStart) await this.adopt(true);
    this.loop.start();
    for (const task of this.tasks) task.start();
  }

  /** After the servers are closed, so that nothing is accepted any more that would miss its publish. */
  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop(DRAIN_MS);
    await Promise.all(this.tasks.map((task) => task.stop()));
    await this.lease
      .release()
      .catch((error: unknown) => this.logger.warn(`The lease was left to run out: ${String(error)}`));
  }

  async adopt(all: boolean): Promise<void> {
    const adopted = await this.upkeep.adopt(this.lease.owner, all);
    if (adopted === 0) return;
    this.logger.log(`Adopted ${adopted} outbox rows`);
    this.relay.poke();
  }

  private async clean(): Promise<void> {
    await this.upkeep.forgetInstances(FORGET_INSTANCES_MS);
    await this.upkeep.deletePublished(this.options.keepPublishedMs);
  }
}
