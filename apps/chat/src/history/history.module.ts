import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/index.js';
import { DirectoryModule } from '../directory/index.js';
import { HistoryController } from './history.controller.js';
import { HistoryRepository } from './history.repository.js';
import { HistoryService } from './history.service.js';
import { MessageViews } from './message-views.service.js';
import { SyncReceipts } from './sync-receipts.service.js';
import { SyncController } from './sync.controller.js';
import { SyncRepository } from './sync.repository.js';
import { SyncService } from './sync.service.js';

@Module({
  imports: [ConversationsModule, DirectoryModule],
  controllers: [HistoryController, SyncController],
  providers: [HistoryRepository, MessageViews, HistoryService, SyncRepository, SyncReceipts, SyncService],
})
export class HistoryModule {}
