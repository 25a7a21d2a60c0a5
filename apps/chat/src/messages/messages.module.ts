import { Module } from '@nestjs/common';
import { Database } from '@app/database';
import { Metrics } from '@app/observability';
import { ConversationsModule } from '../conversations/index.js';
import { DirectoryModule } from '../directory/index.js';
import { AcceptTransaction } from './accept-transaction.js';
import { AcceptedMessageRepository } from './accepted-message.repository.js';
import { LockedConversationRepository } from './locked-conversation.repository.js';
import { BatchFactsReader } from './batch-facts.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { SendAcceptor } from './send-acceptor.js';
import { SendQueue } from './send-queue.js';

/** SQLite has one writer; MySQL works on one batch while it writes another to disk. */
const WORKERS = { sqlite: 1, mysql: 2 };

function createSendQueue(acceptor: SendAcceptor, database: Database, metrics: Metrics): SendQueue {
  const sizes = metrics.histogram({
    name: 'chat_send_batch_size',
    help: 'Sends that shared one transaction',
    buckets: [1, 2, 4, 8, 16, 32, 64],
  });
  const queue = new SendQueue(acceptor, {
    workers: WORKERS[database.dialect],
    onBatch: (size) => sizes.observe(size),
  });
  metrics.gauge({ name: 'chat_sends_waiting', help: 'Sends not yet in a transaction', collect: () => queue.length });
  return queue;
}

/** Needs `Database`, `Metrics` and the outbox from global modules. */
@Module({
  imports: [ConversationsModule, DirectoryModule],
  controllers: [MessagesController],
  providers: [
    AcceptedMessageRepository,
    LockedConversationRepository,
    BatchFactsReader,
    AcceptTransaction,
    SendAcceptor,
    { provide: SendQueue, inject: [SendAcceptor, Database, Metrics], useFactory: createSendQueue },
    MessagesService,
  ],
  exports: [MessagesService],
})
export class MessagesModule {}
