import { Injectable } from '@nestjs/common';
import { AppError, type BlockDto, type Page, type PublicUserDto } from '@app/contracts';
import { Database } from '@app/database';
import { toPage, type PageRequest } from '@app/http-kit';
import { UsersRepository, toPublicUserDto } from '../users/index.js';
import { BlocksRepository, type BlockRow } from './blocks.repository.js';

@Injectable()
export class BlocksService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly blocks: BlocksRepository,
  ) {}

  /** Committed when it resolves, so that the very next message meets it. Blocking again answers the same block. */
  async blockUser(userId: number, blockedUserId: number): Promise<BlockDto> {
    if (userId === blockedUserId) throw new AppError('SELF_TARGET');
    return this.database.transaction(async (em) => {
      const user = await this.users.getCaller(userId, em);
      const blockedUser = await this.users.findById(blockedUserId, em);
      if (!blockedUser) throw new AppError('NOT_FOUND');
      const id = await this.blocks.add(em, userId, blockedUserId);
      return { id, user: toPublicUserDto(user), blockedUser: toPublicUserDto(blockedUser) };
    });
  }

  async unblockUser(userId: number, blockedUserId: number): Promise<void> {
    const removed = await this.database.transaction((em) => this.blocks.remove(em, userId, blockedUserId));
    if (!removed) throw new AppError('NOT_FOUND');
  }

  async listBlocks(userId: number, page: PageRequest): Promise<Page<BlockDto>> {
    const user = toPublicUserDto(await this.users.getCaller(userId));
    const { rows, total } = await this.blocks.listPage(userId, page);
    const content = rows.map((row) => toBlockDto(user, row));
    return toPage(content, total, page);
  }

  /** All of them, oldest first. */
  async listAllBlocks(userId: number): Promise<BlockDto[]> {
    const user = toPublicUserDto(await this.users.getCaller(userId));
    return (await this.blocks.listAll(userId)).map((row) => toBlockDto(user, row));
  }
}

const toBlockDto = (user: PublicUserDto, row: BlockRow): BlockDto => ({
  id: row.blockId,
  user,
  blockedUser: toPublicUserDto(row),
});
