import { Controller, Get } from '@nestjs/common';
import { ConversationListSchema, type ConversationDto } from '@app/contracts';
import { CurrentPrincipal, Returns } from '@app/http-kit';
import type { Principal } from '@app/security';
import { ConversationsService } from './conversations.service.js';

@Controller('api/chat/conversations')
export class ConversationsController {
  constructor(private readonly conversations: ConversationsService) {}

  @Get()
  @Returns(ConversationListSchema, {
    description: 'Contacts, whoever has written to or got a message from the caller, and groups; the newest first',
  })
  listConversations(@CurrentPrincipal() caller: Principal): Promise<ConversationDto[]> {
    return this.conversations.listConversations(caller.id);
  }
}
