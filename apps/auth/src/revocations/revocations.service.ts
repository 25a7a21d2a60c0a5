import { Inject, Injectable } from '@nestjs/common';
import { AppError, JWT_LIFETIME_SECONDS } from '@app/contracts';
import type { Clock } from '@app/observability';
import { RevocationList, type Principal, type RevocationReason, type RevocationRow } from '@app/security';
import type { EntityManager } from '../database/index.js';
import { AUTH_CLOCK } from '../auth.tokens.js';
import { RevocationsRepository } from './revocations.repository.js';

/** Rows outlive the tokens they end by this much, for clocks that differ between instances. */
const MARGIN_MS = 60_000;

export interface VersionsEnd {
  readonly userId: number;
  /** Tokens of a lower version end. */
  readonly minVersion: number;
  readonly exceptTokenId?: string;
  readonly reason: Extract<RevocationReason, 'LOGOUT_ALL' | 'PASSWORD' | 'DELETED'>;
}

/** Ends tokens: a row in the caller's transaction, and {@link apply} after its COMMIT so that this instance need not wait for its own poll. */
@Injectable()
export class RevocationsService {
  constructor(
    private readonly revocations: RevocationsRepository,
    private readonly list: RevocationList,
    @Inject(AUTH_CLOCK) private readonly clock: Clock,
  ) {}

  /** Ends the principal's own token in `delayMs`. */
  endToken(
    em: EntityManager,
    principal: Principal,
    reason: Extract<RevocationReason, 'LOGOUT' | 'REFRESHED'>,
    delayMs = 0,
  ): Promise<RevocationRow> {
    return this.revocations.append(em, {
      userId: principal.id,
      tokenId: principal.tokenId,
      minVersion: null,
      exceptTokenId: null,
      effectiveAt: this.clock() + delayMs,
      expiresAt: principal.expiresAt * 1000 + MARGIN_MS,
      reason,
    });
  }

  endVersions(em: EntityManager, { userId, minVersion, exceptTokenId, reason }: VersionsEnd): Promise<RevocationRow> {
    const now = this.clock();
    return this.revocations.append(em, {
      userId,
      tokenId: null,
      minVersion,
      exceptTokenId: exceptTokenId ?? null,
      effectiveAt: now,
      expiresAt: now + JWT_LIFETIME_SECONDS * 1000 + MARGIN_MS,
      reason,
    });
  }

  apply(row: RevocationRow): void {
    this.list.apply([row]);
  }

  /**
   * Looks at the table itself, for what must not be given for a token that has just ended.
   * @throws AppError UNAUTHENTICATED
   */
  async requireLive(em: EntityManager, principal: Principal): Promise<void> {
    const current = new RevocationList(this.clock);
    current.apply(await this.revocations.listOfUser(em, principal.id));
    if (current.isRevoked(principal)) throw new AppError('UNAUTHENTICATED');
  }
}
