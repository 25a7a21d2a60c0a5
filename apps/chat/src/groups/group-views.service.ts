import { Injectable } from '@nestjs/common';
import { AppError, type GroupDto, type Page, type PublicUserDto } from '@app/contracts';
import { Database } from '@app/database';
import { toPage, type PageRequest } from '@app/http-kit';
import { DirectoryRepository, publicProfile } from '../directory/index.js';
import { GroupMembers } from './group-members.service.js';
import { GroupsRepository } from './groups.repository.js';

@Injectable()
export class GroupViews {
  constructor(
    private readonly database: Database,
    private readonly groups: GroupsRepository,
    private readonly directory: DirectoryRepository,
    private readonly members: GroupMembers,
  ) {}

  /** For members only. */
  async getGroup(callerId: number, groupId: number): Promise<GroupDto> {
    await this.members.assertMember(groupId, callerId);
    return this.viewGroup(groupId);
  }

  /** For whoever has just changed it, and may be out of it now. */
  async viewGroup(groupId: number): Promise<GroupDto> {
    const group = await this.groups.find(this.database.read, groupId);
    if (!group) throw new AppError('NOT_FOUND', { message: 'There is no such group' });
    return { ...group, users: await this.listUsers(groupId) };
  }

  /** For members only. A group holds so few that sorting them here costs less than a join with auth's table. */
  async listMembers(callerId: number, groupId: number, page: PageRequest): Promise<Page<PublicUserDto>> {
    await this.members.assertMember(groupId, callerId);
    const users = await this.listUsers(groupId);
    const { field, direction } = page.sort[0] ?? { field: 'id', direction: 'asc' };
    const sign = direction === 'desc' ? -1 : 1;
    if (field === 'username') users.sort((a, b) => sign * compareNames(a.username, b.username));
    else users.sort((a, b) => sign * (a.id - b.id));
    return toPage(users.slice(page.offset, page.offset + page.size), users.length, page);
  }

  /** By id; a member whose account is deleted is on the way out. */
  private async listUsers(groupId: number): Promise<PublicUserDto[]> {
    const ids = await this.groups.listMemberIds(this.database.read, groupId);
    const users = await this.directory.findUsers(this.database.read, ids);
    return [...users.values()]
      .filter((user) => !user.deleted)
      .sort((a, b) => a.id - b.id)
      .map(publicProfile);
  }
}

function compareNames(a: string, b: string): number {
  const [lowerA, lowerB] = [a.toLowerCase(), b.toLowerCase()];
  return lowerA < lowerB ? -1 : Number(lowerA > lowerB);
}
