import { Controller, Get, Query } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { HistorySchema, type MessageDto, type MessageSlice, type Page } from '@app/contracts';
import { CurrentPrincipal, PageQuery, PathId, Returns, type PageRequest } from '@app/http-kit';
import type { Principal } from '@app/security';
import { HISTORY_OPTIONS, parseHistoryQuery } from './history-query.js';
import { HistoryService } from './history.service.js';

const SEQ_PARAMETER = { required: false, schema: { type: 'integer', minimum: 0 } } as const;
const AFTER_SEQ = {
  ...SEQ_PARAMETER,
  name: 'afterSeq',
  description: 'A slice after this seq, ascending; size up to 200',
};
const BEFORE_SEQ = {
  ...SEQ_PARAMETER,
  name: 'beforeSeq',
  description: 'A slice before this seq, descending; size up to 200',
};

type Parameters = Record<string, unknown>;

/** `/messages/{id}/info` and `/messages/{id}/read` are literal routes of the receipts, which the router prefers to a second id. */
@Controller('api/chat/messages')
export class HistoryController {
  constructor(private readonly history: HistoryService) {}

  @Get(':userId1/:userId2')
  @ApiQuery(AFTER_SEQ)
  @ApiQuery(BEFORE_SEQ)
  @Returns(HistorySchema, {
    description: 'What the caller and another user wrote to each other: a page, or a slice by cursor',
    errors: ['VALIDATION_FAILED', 'SELF_TARGET', 'NOT_FOUND', 'FORBIDDEN'],
  })
  getPrivateHistory(
    @CurrentPrincipal() caller: Principal,
    @PathId('userId1') userId1: number,
    @PathId('userId2') userId2: number,
    @PageQuery(HISTORY_OPTIONS) page: PageRequest,
    @Query() parameters: Parameters,
  ): Promise<Page<MessageDto> | MessageSlice> {
    return this.history.getPrivateHistory(caller.id, [userId1, userId2], parseHistoryQuery(parameters, page));
  }

  @Get(':groupId')
  @ApiQuery(AFTER_SEQ)
  @ApiQuery(BEFORE_SEQ)
  @Returns(HistorySchema, {
    description: 'The messages of a group: a page, or a slice by cursor',
    errors: ['VALIDATION_FAILED', 'NOT_FOUND', 'NOT_A_MEMBER'],
  })
  getGroupHistory(
    @CurrentPrincipal() caller: Principal,
    @PathId('groupId') groupId: number,
    @PageQuery(HISTORY_OPTIONS) page: PageRequest,
    @Query() parameters: Parameters,
  ): Promise<Page<MessageDto> | MessageSlice> {
    return this.history.getGroupHistory(caller.id, groupId, parseHistoryQuery(parameters, page));
  }
}
