import { Body, Controller, Post } from '@nestjs/common';
import { StatusDtoSchema, StatusRequestSchema, type StatusDto, type StatusRequest } from '@app/contracts';
import { CurrentPrincipal, RateLimit, Returns } from '@app/http-kit';
import type { Principal } from '@app/security';
import { StatusService } from './status.service.js';

@Controller('api/users')
export class StatusController {
  constructor(private readonly status: StatusService) {}

  @Post('status')
  @RateLimit('status')
  @Returns(StatusDtoSchema, {
    description: 'By id: online, the time last online in epoch milliseconds, or offline',
    errors: ['VALIDATION_FAILED', 'PRESENCE_UNAVAILABLE', 'RATE_LIMITED'],
  })
  getStatus(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: StatusRequestSchema }) body: StatusRequest,
  ): Promise<StatusDto> {
    return this.status.getStatus(caller.id, body.userIds);
  }
}
