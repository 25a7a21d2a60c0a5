export { OutboxModule } from './outbox.module.js';
export { OutboxRepository } from './outbox.repository.js';
export { OutboxReachRepository, type ConversationHead } from './outbox-reach.repository.js';
export { OutboxUpkeepRepository } from './outbox-upkeep.repository.js';
export { OutboxRelay, type PublishStep } from './outbox-relay.js';
export { OutboxKeeper } from './outbox-keeper.js';
export { InstanceLease } from './instance-lease.js';
export { PeriodicTask } from './periodic-task.js';
export { DEFAULT_OUTBOX_OPTIONS, type OutboxOptions } from './outbox.options.js';
export {
  stampFromSeq,
  type AppendedRecord,
  type OutboxRecord,
  type OutboxStore,
  type OutgoingEvent,
  type UnstampedEvent,
} from './outbox-record.js';
