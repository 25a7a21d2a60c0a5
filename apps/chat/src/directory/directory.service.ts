import { Injectable } from '@nestjs/common';
import type { PublicUserDto } from '@app/contracts';
import { Database } from '@app/database';
import { DirectoryRepository, type DirectoryUser } from './directory.repository.js';

const MOST_FOUND = 20;

/** The directory for those who stand outside a transaction: committed rows only. */
@Injectable()
export class DirectoryService {
  constructor(
    private readonly database: Database,
    private readonly directory: DirectoryRepository,
  ) {}

  async searchUsers(callerId: number, prefix: string): Promise<PublicUserDto[]> {
    const users = await this.directory.searchUsers(this.database.read, prefix, callerId, MOST_FOUND);
    return users.map(publicProfile);
  }

  /** A living user by name, in any case. */
  async findUserByUsername(username: string): Promise<DirectoryUser | null> {
    return (await this.directory.findUsersByUsername(this.database.read, [username])).get(username) ?? null;
  }
}

/** The user without what is chat's own to know. */
export const publicProfile = ({ id, username, profilePictureUrl, about }: DirectoryUser): PublicUserDto => ({
  id,
  username,
  profilePictureUrl,
  about,
});
