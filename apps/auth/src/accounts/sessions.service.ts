import { Injectable } from '@nestjs/common';
import { AppError, type AuthRequest, type AuthResponse } from '@app/contracts';
import { Database } from '@app/database';
import { PasswordHasher, TokenService, type Principal } from '@app/security';
import { RevocationsService } from '../revocations/index.js';
import { UsersRepository } from '../users/index.js';
import { AccountsRepository } from './accounts.repository.js';

/** How long the old token, and sockets still on it, live on after a refresh. */
const REFRESH_OVERLAP_MS = 60_000;

/** Tokens: given, renewed, ended. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly accounts: AccountsRepository,
    private readonly hasher: PasswordHasher,
    private readonly tokens: TokenService,
    private readonly revocations: RevocationsService,
  ) {}

  /** One answer, and one time, for every wrong pair: BAD_CREDENTIALS. */
  async login({ username, password }: AuthRequest): Promise<AuthResponse> {
    const user = await this.users.findByUsername(username);
    const matches = await this.hasher.verify(password, user?.password ?? null);
    if (!user || !matches) throw new AppError('BAD_CREDENTIALS');
    return { token: this.tokens.issue(user) };
  }

  async refresh(principal: Principal): Promise<AuthResponse> {
    const [user, row] = await this.database.transaction(async (em) => {
      const current = await this.users.getCaller(principal.id, em);
      // A logout that was committed after the guard looked must not be outlived by a fresh token.
      await this.revocations.requireLive(em, principal);
      return [current, await this.revocations.endToken(em, principal, 'REFRESHED', REFRESH_OVERLAP_MS)] as const;
    });
    this.revocations.apply(row);
    return { token: this.tokens.issue(user) };
  }

  async logout(principal: Principal): Promise<void> {
    this.revocations.apply(await this.database.transaction((em) => this.revocations.endToken(em, principal, 'LOGOUT')));
  }

  async logoutAll({ id }: Principal): Promise<void> {
    const row = await this.database.transaction(async (em) => {
      const minVersion = await this.accounts.raiseTokenVersion(em, id);
      return this.revocations.endVersions(em, { userId: id, minVersion, reason: 'LOGOUT_ALL' });
    });
    this.revocations.apply(row);
  }
}
