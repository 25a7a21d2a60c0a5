import { createHmac, randomUUID } from 'node:crypto';
import { JWT_AUDIENCE, JWT_ISSUER, JWT_LIFETIME_SECONDS } from '@app/contracts';

export interface TokenSubjectClaims {
  readonly id: number;
  readonly username: string;
}

export interface ForgeOptions {
  /** Over the claims of a good token; undefined takes one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Over `{alg: 'HS256', typ: 'JWT'}`. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Hash of the HMAC; null leaves the signature empty. Default `sha256`. */
  readonly hash?: string | null;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as the auth service writes it for the user, or one that differs from it in exactly what the options say. */
export function forgeToken(secret: string, { id, username }: TokenSubjectClaims, options: ForgeOptions = {}): string {
  const { claims = {}, header = {}, hash = 'sha256' } = options;
  const iat = Math.floor(Date.now() / 1000);
  const good = {
    sub: username,
    id,
    role: 'USER',
    ver: 0,
    jti: randomUUID(),
    iat,
    exp: iat + JWT_LIFETIME_SECONDS,
    iss: JWT_ISSUER,
    aud: JWT_AUDIENCE,
  };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode({ ...good, ...claims })}`;
  return `${signed}.${hash === null ? '' : createHmac(hash, secret).update(signed).digest('base64url')}`;
}
