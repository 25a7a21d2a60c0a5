import { Inject, Injectable } from '@nestjs/common';
import { AppError, type ProfileUpdateRequest, type RegisterRequest, type UserDto } from '@app/contracts';
import { Database } from '@app/database';
import type { Clock } from '@app/observability';
import { PasswordHasher } from '@app/security';
import { AUTH_CLOCK } from '../auth.tokens.js';
import { UsersRepository, toPublicUserDto, toUserDto } from '../users/index.js';
import { AccountsRepository, type ProfileChanges } from './accounts.repository.js';
import { ProfileAnnouncer } from './profile-announcer.js';

@Injectable()
export class AccountsService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly accounts: AccountsRepository,
    private readonly hasher: PasswordHasher,
    private readonly announcer: ProfileAnnouncer,
    @Inject(AUTH_CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError USERNAME_TAKEN, EMAIL_TAKEN, without regard to case. */
  async register({ username, email, password }: RegisterRequest): Promise<UserDto> {
    // Before the hash, which costs a hundred times as much; the unique indexes decide between requests of the same moment.
    if (await this.accounts.isUsernameTaken(username)) throw new AppError('USERNAME_TAKEN');
    if (await this.accounts.isEmailTaken(email)) throw new AppError('EMAIL_TAKEN');
    const account = { username, email, password: await this.hasher.hash(password), createdAt: new Date(this.clock()) };
    return toUserDto(await this.database.transaction((em) => this.accounts.create(em, account)));
  }

  async getProfile(userId: number): Promise<UserDto> {
    return toUserDto(await this.users.getCaller(userId));
  }

  /** An absent field stays as it is; null, and an empty picture, clear it. */
  async updateProfile(userId: number, request: ProfileUpdateRequest): Promise<UserDto> {
    const changes: ProfileChanges = {};
    if (request.profilePictureUrl !== undefined) changes.profilePictureUrl = request.profilePictureUrl || null;
    if (request.about !== undefined) changes.about = request.about;
    const user = await this.database.transaction(async (em) => {
      await this.users.getCaller(userId, em);
      await this.accounts.updateProfile(em, userId, changes);
      return this.users.getCaller(userId, em);
    });
    if (Object.keys(changes).length > 0) await this.announcer.announce(toPublicUserDto(user));
    return toUserDto(user);
  }
}
