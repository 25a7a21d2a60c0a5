import { Body, Controller, Post } from '@nestjs/common';
import { SyncRequestSchema, SyncResponseSchema, type SyncRequest, type SyncResponse } from '@app/contracts';
import { CurrentPrincipal, Returns } from '@app/http-kit';
import type { Principal } from '@app/security';
import { SyncService } from './sync.service.js';

@Controller('api/chat/sync')
export class SyncController {
  constructor(private readonly catchUp: SyncService) {}

  @Post()
  @Returns(SyncResponseSchema, {
    description: 'What the client misses, given the last seq that it has of each conversation',
    errors: ['VALIDATION_FAILED'],
  })
  sync(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: SyncRequestSchema }) request: SyncRequest,
  ): Promise<SyncResponse> {
    return this.catchUp.sync(caller.id, request);
  }
}
