import { Controller, Get, Query } from '@nestjs/common';
import { PublicUserListSchema, type PublicUserDto } from '@app/contracts';
import { CurrentPrincipal, Returns } from '@app/http-kit';
import type { Principal } from '@app/security';
import { z } from 'zod';
import { DirectoryService } from './directory.service.js';

const SearchTextSchema = z.string().min(2, 'must have at least 2 characters');

/** The path under which the original's single-page app searches. */
@Controller('api/chat/users')
export class DirectoryController {
  constructor(private readonly directory: DirectoryService) {}

  @Get('search')
  @Returns(PublicUserListSchema, {
    description: 'Users whose name begins with q, at most 20, without those who block the caller',
    errors: ['VALIDATION_FAILED'],
  })
  searchUsers(
    @CurrentPrincipal() caller: Principal,
    @Query('q', { schema: SearchTextSchema }) q: string,
  ): Promise<PublicUserDto[]> {
    return this.directory.searchUsers(caller.id, q);
  }
}
