import { Module, type DynamicModule } from '@nestjs/common';
import { InstanceLease } from './instance-lease.js';
import { InstanceLeaseRepository } from './instance-lease.repository.js';
import { OutboxKeeper } from './outbox-keeper.js';
import { OutboxReachRepository } from './outbox-reach.repository.js';
import { OutboxRelay } from './outbox-relay.js';
import { OutboxRepository } from './outbox.repository.js';
import { OutboxUpkeepRepository } from './outbox-upkeep.repository.js';
import { DEFAULT_OUTBOX_OPTIONS, OUTBOX_OPTIONS, type OutboxOptions } from './outbox.options.js';
import { RelayLoop } from './relay-loop.js';

/** Needs `Database` and `MessageBus` from a global module. */
@Module({})
export class OutboxModule {
  /** Once, in the application's root module; features import nothing: the module is global. */
  static register(options: Pick<OutboxOptions, 'instanceId'> & Partial<OutboxOptions>): DynamicModule {
    return {
      module: OutboxModule,
      global: true,
      providers: [
        { provide: OUTBOX_OPTIONS, useValue: { ...DEFAULT_OUTBOX_OPTIONS, ...options } satisfies OutboxOptions },
        InstanceLeaseRepository,
        InstanceLease,
        OutboxRepository,
        OutboxUpkeepRepository,
        OutboxReachRepository,
        OutboxRelay,
        RelayLoop,
        OutboxKeeper,
      ],
      exports: [OutboxRepository, OutboxReachRepository, OutboxUpkeepRepository, OutboxRelay, InstanceLease],
    };
  }
}
