import { AppError, JWT_AUDIENCE, JWT_ISSUER, JWT_LIFETIME_SECONDS, RoleSchema, USERNAME_PATTERN } from '@app/contracts';
import type { Principal } from './principal.js';

/** Tolerance for clocks that differ, in seconds: on `nbf` and `iat` only, never on `exp` (reliability.md 4.1). */
const LEEWAY_SECONDS = 30;

const isSeconds = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
const isTokenId = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{1,64}$/.test(value);

const refuse = (): never => {
  throw new AppError('UNAUTHENTICATED');
};

/**
 * Throws UNAUTHENTICATED unless the header is exactly the one we write. So a `kid`, `jku`, `jwk`, `x5u` or `crit`, which no part of this system
 * evaluates, cannot be taken for a promise that it does.
 */
export function assertOwnHeader(token: string): void {
  const header: unknown = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'));
  const { alg, typ, ...others } = header as Record<string, unknown>;
  if (alg !== 'HS256' || typ !== 'JWT' || Object.keys(others).length > 0) refuse();
}

/** Throws TOKEN_EXPIRED from the second `exp` on. `nowMs` in epoch milliseconds. */
export function assertNotExpired(principal: Principal, nowMs: number): void {
  if (nowMs >= principal.expiresAt * 1000) throw new AppError('TOKEN_EXPIRED');
}

/**
 * The principal of a payload whose signature was checked. Every claim of api.md (login) must be there in its own type: `sub` a username, `id` a
 * safe integer from 1, `role`, `ver`, `jti`, `iat`, `exp` at most 10 hours later, `iss`, `aud`. Throws UNAUTHENTICATED, or TOKEN_EXPIRED.
 */
export function readPrincipal(payload: unknown, nowMs: number): Principal {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return refuse();
  const { sub, id, role, ver, jti, iat, exp, nbf, iss, aud } = payload as Record<string, unknown>;
  if (iss !== JWT_ISSUER || aud !== JWT_AUDIENCE) return refuse();
  if (typeof sub !== 'string' || !USERNAME_PATTERN.test(sub) || !isId(id) || !isTokenId(jti)) return refuse();
  const known = RoleSchema.safeParse(role);
  if (!known.success || !isSeconds(ver) || !isSeconds(iat) || !isSeconds(exp)) return refuse();
  // Revocations are kept for one lifetime, so none may be longer.
  if (exp <= iat || exp - iat > JWT_LIFETIME_SECONDS) return refuse();
  const latest = nowMs / 1000 + LEEWAY_SECONDS;
  if (iat > latest || (nbf !== undefined && (!isSeconds(nbf) || nbf > latest))) return refuse();
  const principal: Principal = Object.freeze({
    id,
    username: sub,
    name: sub,
    role: known.data,
    tokenId: jti,
    tokenVersion: ver,
    issuedAt: iat,
    expiresAt: exp,
  });
  assertNotExpired(principal, nowMs);
  return principal;
}
