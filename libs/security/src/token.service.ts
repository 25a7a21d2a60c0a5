import { createSecretKey, randomUUID, type KeyObject } from 'node:crypto';
import { AppError, JWT_AUDIENCE, JWT_ISSUER, JWT_LIFETIME_SECONDS, type Role } from '@app/contracts';
import type { Clock } from '@app/observability';
import { JwtService } from '@nestjs/jwt';
import { LRUCache } from 'lru-cache';
import type { Principal } from './principal.js';
import { assertNotExpired, assertOwnHeader, readPrincipal } from './token-claims.js';

/** Longer ones are refused unread; a real token has about 350 characters. */
const MAX_TOKEN_LENGTH = 4096;
const MIN_SECRET_BYTES = 32;

export interface TokenSubject {
  readonly id: number;
  readonly username: string;
  readonly role: Role;
  readonly tokenVersion: number;
}

export interface IssueOptions {
  /** Default: a random UUID. */
  readonly jti?: string;
}

/**
 * What jsonwebtoken is asked to check, here and in the passport-jwt strategy of http-kit: the signature, the one algorithm, issuer and audience.
 * Times are left to {@link readPrincipal}, which has the injected clock and a leeway on `nbf` and `iat` only.
 */
export const TOKEN_VERIFICATION = {
  algorithms: ['HS256' as const],
  issuer: JWT_ISSUER,
  audience: JWT_AUDIENCE,
  ignoreExpiration: true,
  ignoreNotBefore: true,
};

/**
 * Issues and verifies the HS256 tokens of api.md. The key is a KeyObject made once: a string or Buffer costs forty times as much per call
 * (reliability.md 0). Verified tokens are kept in a bounded cache; their `exp` is looked at on every hit.
 */
export class TokenService {
  /** For a passport-jwt strategy; the bytes of the secret as they stand. */
  readonly key: KeyObject;
  private readonly jwt: JwtService;
  private readonly verified = new LRUCache<string, Principal>({ max: 10_000 });

  /** Throws when the secret has fewer than 32 bytes. */
  constructor(
    secret: Buffer,
    private readonly clock: Clock = Date.now,
  ) {
    if (secret.length < MIN_SECRET_BYTES) throw new Error(`A JWT secret needs at least ${MIN_SECRET_BYTES} bytes`);
    this.key = createSecretKey(secret);
    this.jwt = new JwtService({});
  }

  /** A token for 10 hours from now. */
  issue(subject: TokenSubject, options: IssueOptions = {}): string {
    const iat = Math.floor(this.clock() / 1000);
    const claims = {
      sub: subject.username,
      id: subject.id,
      role: subject.role,
      ver: subject.tokenVersion,
      jti: options.jti ?? randomUUID(),
      iat,
      exp: iat + JWT_LIFETIME_SECONDS,
      iss: JWT_ISSUER,
      aud: JWT_AUDIENCE,
    };
    return this.jwt.sign(claims, { secret: this.key as unknown as string, algorithm: 'HS256' });
  }

  /** Throws UNAUTHENTICATED for any token that is not one of ours in every point, TOKEN_EXPIRED for one that was. Looks at no revocation. */
  verify(token: string): Principal {
    return this.findVerified(token) ?? this.admit(token, this.readPayload(token));
  }

  /** The principal of a token that was verified before, null when this one was not. Throws TOKEN_EXPIRED, UNAUTHENTICATED above 4,096 characters. */
  findVerified(token: string): Principal | null {
    if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) throw new AppError('UNAUTHENTICATED');
    const principal = this.verified.get(token);
    if (!principal) return null;
    assertNotExpired(principal, this.clock());
    return principal;
  }

  /** Checks the claims of a payload whose signature the caller has checked by {@link TOKEN_VERIFICATION}, and remembers the token. */
  admit(token: string, payload: unknown): Principal {
    assertOwnHeader(token);
    const principal = readPrincipal(payload, this.clock());
    this.verified.set(token, principal);
    return principal;
  }

  private readPayload(token: string): unknown {
    try {
      return this.jwt.verify<object>(token, { secret: this.key as unknown as string, ...TOKEN_VERIFICATION });
    } catch (error) {
      throw new AppError('UNAUTHENTICATED', { cause: error });
    }
  }
}
