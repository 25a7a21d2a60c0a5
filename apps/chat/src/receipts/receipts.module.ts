import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/index.js';
import { DirectoryModule } from '../directory/index.js';
import { MessageInfoService } from './message-info.service.js';
import { ReadProgress } from './read-progress.service.js';
import { ReadService } from './read.service.js';
import { ReceiptRecipients } from './receipt-recipients.service.js';
import { ReceiptsController } from './receipts.controller.js';
import { ReceiptsRepository } from './receipts.repository.js';

/** Needs `Database` and the outbox from global modules. */
@Module({
  imports: [ConversationsModule, DirectoryModule],
  controllers: [ReceiptsController],
  providers: [ReceiptsRepository, ReceiptRecipients, ReadProgress, ReadService, MessageInfoService],
})
export class ReceiptsModule {}
