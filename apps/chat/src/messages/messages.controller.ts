import { Body, Controller, Post } from '@nestjs/common';
import { MessageDtoSchema, SendMessageRequestSchema, type MessageDto, type SendMessageRequest } from '@app/contracts';
import { CurrentPrincipal, RateLimit, Returns } from '@app/http-kit';
import type { Principal } from '@app/security';
import { MessagesService } from './messages.service.js';

@Controller('api/chat/messages')
export class MessagesController {
  constructor(private readonly messages: MessagesService) {}

  @Post()
  @RateLimit('messages')
  @Returns(MessageDtoSchema, {
    description: 'The message as it was stored; the same clientMsgId again answers the first one',
    errors: ['SELF_TARGET', 'BLOCKED', 'NOT_A_MEMBER', 'NOT_FOUND', 'CLIENT_MSG_ID_REUSED', 'OUTCOME_UNKNOWN'],
  })
  sendMessage(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: SendMessageRequestSchema }) request: SendMessageRequest,
  ): Promise<MessageDto> {
    return this.messages.sendMessage(caller, request);
  }
}
