import { Controller, Get, Query } from '@nestjs/common';
import { PublicUserDtoSchema, PublicUserPageSchema, type Page, type PublicUserDto } from '@app/contracts';
import { CurrentPrincipal, PageQuery, PathId, Returns, type PageRequest } from '@app/http-kit';
import type { Principal } from '@app/security';
import { z } from 'zod';
import { UsersService } from './users.service.js';

const SearchTextSchema = z.string().min(2, 'must have at least 2 characters');

@Controller('api/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('search')
  @Returns(PublicUserPageSchema, {
    description: 'Users whose name begins with q, without those who block the caller',
    errors: ['VALIDATION_FAILED'],
  })
  searchUsers(
    @CurrentPrincipal() caller: Principal,
    @Query('q', { schema: SearchTextSchema }) q: string,
    @PageQuery({ sort: ['username', 'id'], defaultSort: 'username,asc' }) page: PageRequest,
  ): Promise<Page<PublicUserDto>> {
    return this.users.searchUsers(caller.id, q, page);
  }

  @Get(':id')
  @Returns(PublicUserDtoSchema, {
    description: 'A public profile; not that of a user who blocks the caller',
    errors: ['VALIDATION_FAILED', 'NOT_FOUND'],
  })
  getPublicProfile(@CurrentPrincipal() caller: Principal, @PathId('id') id: number): Promise<PublicUserDto> {
    return this.users.getPublicProfile(caller.id, id);
  }
}
