import { Controller, Delete, Get, Post } from '@nestjs/common';
import { BlockDtoSchema, BlockPageSchema, type BlockDto, type Page } from '@app/contracts';
import { CurrentPrincipal, PageQuery, PathId, RateLimit, Returns, type PageRequest } from '@app/http-kit';
import type { Principal } from '@app/security';
import { BlocksService } from './blocks.service.js';

@Controller('api/blocks')
export class BlocksController {
  constructor(private readonly blocks: BlocksService) {}

  @Post(':blockedUserId')
  @RateLimit('writes')
  @Returns(BlockDtoSchema, {
    description: 'Blocks the user; the same answer when it was blocked',
    errors: ['VALIDATION_FAILED', 'SELF_TARGET', 'NOT_FOUND', 'RATE_LIMITED'],
  })
  blockUser(@CurrentPrincipal() caller: Principal, @PathId('blockedUserId') blockedUserId: number): Promise<BlockDto> {
    return this.blocks.blockUser(caller.id, blockedUserId);
  }

  @Delete(':blockedUserId')
  @RateLimit('writes')
  @Returns(null, {
    description: 'Lifts the block; 404 when there was none',
    errors: ['VALIDATION_FAILED', 'NOT_FOUND', 'RATE_LIMITED'],
  })
  unblockUser(@CurrentPrincipal() caller: Principal, @PathId('blockedUserId') blockedUserId: number): Promise<void> {
    return this.blocks.unblockUser(caller.id, blockedUserId);
  }

  @Get()
  @Returns(BlockPageSchema, { description: "The caller's own blocks", errors: ['VALIDATION_FAILED'] })
  listBlocks(
    @CurrentPrincipal() caller: Principal,
    @PageQuery({ sort: ['id', 'blockedUser.username'], defaultSort: 'id,asc' }) page: PageRequest,
  ): Promise<Page<BlockDto>> {
    return this.blocks.listBlocks(caller.id, page);
  }
}
