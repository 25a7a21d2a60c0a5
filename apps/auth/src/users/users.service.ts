import { Injectable } from '@nestjs/common';
import { AppError, type Page, type PublicUserDto } from '@app/contracts';
import { toPage, type PageRequest } from '@app/http-kit';
import { toPublicUserDto } from './user.dto.js';
import { UsersRepository } from './users.repository.js';

@Injectable()
export class UsersService {
  constructor(private readonly users: UsersRepository) {}

  async searchUsers(callerId: number, prefix: string, page: PageRequest): Promise<Page<PublicUserDto>> {
    const { rows, total } = await this.users.search(callerId, prefix, page);
    return toPage(rows.map(toPublicUserDto), total, page);
  }

  /** NOT_FOUND for whoever the user blocks, who would otherwise learn of the block. */
  async getPublicProfile(callerId: number, id: number): Promise<PublicUserDto> {
    const user = await this.users.findVisible(callerId, id);
    if (!user) throw new AppError('NOT_FOUND');
    return toPublicUserDto(user);
  }
}
