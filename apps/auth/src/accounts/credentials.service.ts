import { Inject, Injectable } from '@nestjs/common';
import { AppError, type PasswordChangeRequest } from '@app/contracts';
import { Database } from '@app/database';
import type { Clock } from '@app/observability';
import { PasswordHasher, type Principal } from '@app/security';
import { AUTH_CLOCK } from '../auth.tokens.js';
import { RevocationsService } from '../revocations/index.js';
import { AccountsRepository } from './accounts.repository.js';
import { PasswordCheckService } from './password-check.service.js';

@Injectable()
export class CredentialsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly check: PasswordCheckService,
    private readonly hasher: PasswordHasher,
    private readonly revocations: RevocationsService,
    @Inject(AUTH_CLOCK) private readonly clock: Clock,
  ) {}

  /** Ends all tokens but the caller's. @throws AppError WRONG_PASSWORD */
  async changePassword(principal: Principal, { oldPassword, newPassword }: PasswordChangeRequest): Promise<void> {
    const current = await this.check.confirm(principal, oldPassword);
    const next = await this.hasher.hash(newPassword);
    const { id: userId, tokenId: exceptTokenId } = principal;
    const row = await this.database.transaction(async (em) => {
      if (!(await this.accounts.replacePassword(em, userId, current, next))) throw new AppError('WRONG_PASSWORD');
      const minVersion = await this.accounts.raiseTokenVersion(em, userId);
      return this.revocations.endVersions(em, { userId, minVersion, exceptTokenId, reason: 'PASSWORD' });
    });
    this.revocations.apply(row);
  }

  /** Ends the account at once; chat shows the author of its messages as a deleted user. @throws AppError WRONG_PASSWORD */
  async deleteAccount(principal: Principal, password: string): Promise<void> {
    const current = await this.check.confirm(principal, password);
    const { id: userId } = principal;
    const row = await this.database.transaction(async (em) => {
      if (!(await this.accounts.markDeleted(em, userId, current, this.clock()))) throw new AppError('WRONG_PASSWORD');
      const minVersion = await this.accounts.raiseTokenVersion(em, userId);
      return this.revocations.endVersions(em, { userId, minVersion, reason: 'DELETED' });
    });
    this.revocations.apply(row);
  }
}
