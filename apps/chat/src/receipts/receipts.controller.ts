import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { MessageInfoDtoSchema, ReadUpToRequestSchema, type MessageInfoDto, type ReadUpToRequest } from '@app/contracts';
import { CurrentPrincipal, PathId, Returns } from '@app/http-kit';
import type { Principal } from '@app/security';
import { MessageInfoService } from './message-info.service.js';
import { ReadService } from './read.service.js';

@Controller('api/chat')
export class ReceiptsController {
  constructor(
    private readonly reads: ReadService,
    private readonly info: MessageInfoService,
  ) {}

  @Post('messages/:messageId/read')
  @Returns(null, {
    description: 'Marks the message as read; nothing changes when it was, or when it is an own one',
    errors: ['VALIDATION_FAILED', 'NOT_FOUND', 'FORBIDDEN', 'NOT_A_MEMBER'],
  })
  markMessageRead(@CurrentPrincipal() caller: Principal, @PathId('messageId') messageId: number): Promise<void> {
    return this.reads.markMessageRead(caller, messageId);
  }

  @Post('conversations/:conversationId/read')
  @Returns(null, {
    description: 'Marks everything up to a seq as read',
    errors: ['VALIDATION_FAILED', 'NOT_FOUND', 'FORBIDDEN', 'NOT_A_MEMBER'],
  })
  markReadUpTo(
    @CurrentPrincipal() caller: Principal,
    @Param('conversationId') conversationId: string,
    @Body({ schema: ReadUpToRequestSchema }) { upToSeq }: ReadUpToRequest,
  ): Promise<void> {
    return this.reads.markReadUpTo(caller, conversationId, upToSeq);
  }

  @Get('messages/:messageId/info')
  @Returns(MessageInfoDtoSchema, {
    description: 'Who has read the message and who has not, of those who were there when it was sent',
    errors: ['VALIDATION_FAILED', 'NOT_FOUND', 'FORBIDDEN', 'NOT_A_MEMBER'],
  })
  getMessageInfo(
    @CurrentPrincipal() caller: Principal,
    @PathId('messageId') messageId: number,
  ): Promise<MessageInfoDto> {
    return this.info.getMessageInfo(caller.id, messageId);
  }
}
