import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { OutboxRelay, PeriodicTask } from '../outbox/index.js';
import { DELIVERY_OPTIONS, type DeliveryOptions } from './delivery.options.js';
import { DeliveryService } from './delivery.service.js';
import { OutboxPoller } from './outbox-poller.js';
import { SeqKeeper } from './seq-keeper.js';

/** Connects delivery with what happens by itself: commits of this process, the poll while the bus is away, forgetting. */
@Injectable()
export class DeliveryKeeper implements OnModuleInit, OnApplicationShutdown {
  private readonly tasks: PeriodicTask[];

  constructor(
    private readonly relay: OutboxRelay,
    private readonly delivery: DeliveryService,
    poller: OutboxPoller,
    keeper: SeqKeeper,
    @Inject(DELIVERY_OPTIONS) { pollEveryMs, sweepEveryMs, timers }: DeliveryOptions,
  ) {
    this.tasks = [
      new PeriodicTask('OutboxPoller', pollEveryMs, timers, () => poller.poll()),
      new PeriodicTask('SeqKeeper', sweepEveryMs, timers, () => keeper.sweep()),
    ];
  }

  onModuleInit(): void {
    this.relay.onCommitted((records) => this.delivery.acceptCommitted(records));
    for (const task of this.tasks) task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.stop()));
  }
}
