import { Module } from '@nestjs/common';
import { DirectoryModule } from '../directory/index.js';
import { ConversationListRepository } from './conversation-list.repository.js';
import { ConversationRepository } from './conversation.repository.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsService } from './conversations.service.js';
import { MembershipRepository } from './membership.repository.js';
import { MessageStatusView } from './message-status-view.js';
import { ReaderStaysRepository } from './reader-stays.repository.js';
import { SentStatuses } from './sent-statuses.service.js';

@Module({
  imports: [DirectoryModule],
  controllers: [ConversationsController],
  providers: [
    ConversationRepository,
    MembershipRepository,
    ReaderStaysRepository,
    ConversationListRepository,
    SentStatuses,
    MessageStatusView,
    ConversationsService,
  ],
  exports: [ConversationRepository, MembershipRepository, ConversationListRepository, MessageStatusView],
})
export class ConversationsModule {}
