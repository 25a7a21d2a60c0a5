import { Injectable } from '@nestjs/common';
import { AppError } from '@app/contracts';
import { RateLimiter } from '@app/http-kit';
import { PasswordHasher, type Principal } from '@app/security';
import { UsersRepository } from '../users/index.js';

/** Asks for the password again where a token alone is not enough. */
@Injectable()
export class PasswordCheckService {
  constructor(
    private readonly users: UsersRepository,
    private readonly hasher: PasswordHasher,
    private readonly limiter: RateLimiter,
  ) {}

  /** The hash that the password belongs to. @throws AppError WRONG_PASSWORD; RATE_LIMITED, because a stolen token must not guess faster than a login. */
  async confirm({ id, username }: Principal, password: string): Promise<string> {
    const settle = this.limiter.beginLogin(username, `user:${id}`);
    let outcome: Parameters<typeof settle>[0] = 'undecided';
    try {
      const { password: hash } = await this.users.getCaller(id);
      outcome = (await this.hasher.verify(password, hash)) ? 'right' : 'wrong';
      if (outcome === 'wrong') throw new AppError('WRONG_PASSWORD');
      return hash;
    } finally {
      settle(outcome);
    }
  }
}
