import { createHmac, createSecretKey, generateKeyPairSync, sign } from 'node:crypto';
import { AppError } from '@app/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { TokenService } from './token.service.js';

const SECRET = Buffer.from('the secret of these tests, 32 bytes or more');
const NOW = Date.parse('2026-11-22T10:00:00.500Z');
const IAT = Math.floor(NOW / 1000);
const BOB = { id: 7, username: 'bob', role: 'USER', tokenVersion: 3 } as const;

let now = NOW;
const clock = (): number => now;
let tokens: TokenService;
beforeEach(() => {
  now = NOW;
  tokens = new TokenService(SECRET, clock);
});

const encode = (value: unknown): string =>
  (typeof value === 'string' ? Buffer.from(value) : Buffer.from(JSON.stringify(value))).toString('base64url');

const HEADER = { alg: 'HS256', typ: 'JWT' };
const CLAIMS = {
  sub: 'bob',
  id: 7,
  role: 'USER',
  ver: 3,
  jti: 'jti-1',
  iat: IAT,
  exp: IAT + 36_000,
  iss: 'auth-service',
  aud: 'chatapp',
};

interface Forgery {
  readonly header?: unknown;
  readonly claims?: unknown;
  readonly key?: Buffer;
  readonly hash?: string;
  readonly signature?: string;
}

/** A token as given, signed with the right key unless said otherwise. */
function forge({ header = HEADER, claims = CLAIMS, key = SECRET, hash = 'sha256', signature }: Forgery): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${signature ?? createHmac(hash, createSecretKey(key)).update(signed).digest('base64url')}`;
}

const without = (claim: keyof typeof CLAIMS): object => {
  const { [claim]: _gone, ...rest } = CLAIMS;
  return rest;
};

function codeOf(token: string): string {
  try {
    tokens.verify(token);
    return 'accepted';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
function rs256(): string {
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(CLAIMS)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), rsa.privateKey).toString('base64url')}`;
}
const rsaPublic = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const FORGERIES: readonly [form: string, token: () => string][] = [
  ['alg none', () => forge({ header: { alg: 'none', typ: 'JWT' }, signature: '' })],
  ['alg NONE', () => forge({ header: { alg: 'NONE', typ: 'JWT' }, signature: '' })],
  ['alg none with a signature', () => forge({ header: { alg: 'none', typ: 'JWT' } })],
  ['alg HS384', () => forge({ header: { alg: 'HS384', typ: 'JWT' }, hash: 'sha384' })],
  ['alg HS512', () => forge({ header: { alg: 'HS512', typ: 'JWT' }, hash: 'sha512' })],
  ['alg RS256', rs256],
  ['the public key as HMAC key', () => forge({ key: Buffer.from(rsaPublic) })],
  ['no alg', () => forge({ header: { typ: 'JWT' } })],
  ['an empty signature', () => forge({ signature: '' })],
  ['half a signature', () => forge({}).slice(0, -20)],
  ['another key', () => forge({ key: Buffer.from('another secret of 32 bytes and more') })],
  ['claims changed after signing', () => forge({}).replace(/\.[^.]+\./, `.${encode({ ...CLAIMS, id: 8 })}.`)],
  ['a kid that is a path', () => forge({ header: { ...HEADER, kid: '../../dev/null' } })],
  ['a kid that is SQL', () => forge({ header: { ...HEADER, kid: "' OR 1=1 --" } })],
  ['a jku', () => forge({ header: { ...HEADER, jku: 'https://evil.example/jwks.json' } })],
  ['a jwk of its own', () => forge({ header: { ...HEADER, jwk: { kty: 'oct', k: encode('x') } } })],
  ['a crit that nobody evaluates', () => forge({ header: { ...HEADER, crit: ['b64'], b64: false } })],
  ['no exp', () => forge({ claims: without('exp') })],
  ['an exp that is text', () => forge({ claims: { ...CLAIMS, exp: String(CLAIMS.exp) } })],
  ['an exp beyond ten hours', () => forge({ claims: { ...CLAIMS, exp: CLAIMS.exp + 1 } })],
  ['an exp not after iat', () => forge({ claims: { ...CLAIMS, exp: IAT } })],
  ['an nbf in the future', () => forge({ claims: { ...CLAIMS, nbf: IAT + 60 } })],
  ['an nbf that is text', () => forge({ claims: { ...CLAIMS, nbf: 'now' } })],
  ['an iat in the future', () => forge({ claims: { ...CLAIMS, iat: IAT + 60, exp: IAT + 120 } })],
  ['no iat', () => forge({ claims: without('iat') })],
  ['another iss', () => forge({ claims: { ...CLAIMS, iss: 'someone' } })],
  ['no iss', () => forge({ claims: without('iss') })],
  ['another aud', () => forge({ claims: { ...CLAIMS, aud: 'admin' } })],
  ['a list of auds', () => forge({ claims: { ...CLAIMS, aud: ['chatapp', 'admin'] } })],
  ['no aud', () => forge({ claims: without('aud') })],
  ['an id that is text', () => forge({ claims: { ...CLAIMS, id: '7' } })],
  ['id 0', () => forge({ claims: { ...CLAIMS, id: 0 } })],
  ['a negative id', () => forge({ claims: { ...CLAIMS, id: -7 } })],
  ['a broken id', () => forge({ claims: { ...CLAIMS, id: 7.5 } })],
  ['id 2^53', () => forge({ claims: { ...CLAIMS, id: 2 ** 53 } })],
  ['no id', () => forge({ claims: without('id') })],
  ['a sub that is no username', () => forge({ claims: { ...CLAIMS, sub: 'bob,eve' } })],
  ['a sub that is a number', () => forge({ claims: { ...CLAIMS, sub: 7 } })],
  ['an unknown role', () => forge({ claims: { ...CLAIMS, role: 'ROOT' } })],
  ['no ver', () => forge({ claims: without('ver') })],
  ['a ver that is text', () => forge({ claims: { ...CLAIMS, ver: '3' } })],
  ['no jti', () => forge({ claims: without('jti') })],
  ['a jti that is too long', () => forge({ claims: { ...CLAIMS, jti: 'x'.repeat(65) } })],
  ['claims that are a list', () => forge({ claims: [CLAIMS] })],
  ['claims that are text', () => forge({ claims: 'bob' })],
  ['claims that are no JSON', () => forge({ claims: '{' })],
  ['a token of 8 KiB', () => forge({ claims: { ...CLAIMS, padding: 'x'.repeat(6000) } })],
  ['two parts', () => forge({}).split('.').slice(0, 2).join('.')],
  ['four parts', () => `${forge({})}.x`],
  ['the empty text', () => ''],
  ['plain text', () => 'not a token'],
];

describe('verify', () => {
  it('reads a token that was issued', () => {
    const principal = tokens.verify(tokens.issue(BOB, { jti: 'jti-1' }));
    expect(principal).toEqual({
      id: 7,
      username: 'bob',
      name: 'bob',
      role: 'USER',
      tokenId: 'jti-1',
      tokenVersion: 3,
      issuedAt: IAT,
      expiresAt: IAT + 36_000,
    });
    expect(Object.isFrozen(principal)).toBe(true);
  });

  it('accepts what a forgery looks like before it is forged', () => expect(codeOf(forge({}))).toBe('accepted'));

  it.each(FORGERIES)('refuses %s', (_form, token) => {
    expect(codeOf(token())).toBe('UNAUTHENTICATED');
    expect(codeOf(token())).toBe('UNAUTHENTICATED');
  });

  it('accepts id 2^53-1', () => {
    expect(codeOf(forge({ claims: { ...CLAIMS, id: Number.MAX_SAFE_INTEGER } }))).toBe('accepted');
  });

  it('has 30 s of leeway on iat and nbf', () => {
    const skewed = { ...CLAIMS, iat: IAT + 30, nbf: IAT + 30, exp: IAT + 60 };
    expect(codeOf(forge({ claims: skewed }))).toBe('accepted');
    expect(codeOf(forge({ claims: { ...skewed, iat: IAT + 31 } }))).toBe('UNAUTHENTICATED');
    expect(codeOf(forge({ claims: { ...skewed, nbf: IAT + 31 } }))).toBe('UNAUTHENTICATED');
  });

  it('has none on exp, for a token seen before as for a new one', () => {
    const token = tokens.issue(BOB);
    expect(codeOf(token)).toBe('accepted');
    now = (IAT + 36_000) * 1000 - 1;
    expect(codeOf(token)).toBe('accepted');
    now += 1;
    expect(codeOf(token)).toBe('TOKEN_EXPIRED');
    expect(new TokenService(SECRET, clock).findVerified(token)).toBeNull();
    tokens = new TokenService(SECRET, clock);
    expect(codeOf(token)).toBe('TOKEN_EXPIRED');
  });

  it('takes the bytes of the secret as they stand', () => {
    const base64 = Buffer.from(SECRET.toString('base64'));
    const token = new TokenService(base64, clock).issue(BOB);
    expect(codeOf(token)).toBe('UNAUTHENTICATED');
    expect(new TokenService(base64, clock).verify(token).id).toBe(7);
  });
});

describe('issue', () => {
  it('writes the claims of api.md and nothing else', () => {
    const [header = '', payload = ''] = tokens.issue(BOB).split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual(HEADER);
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    expect(claims).toEqual({ ...CLAIMS, jti: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('gives each token an id of its own', () => expect(tokens.issue(BOB)).not.toBe(tokens.issue(BOB)));
});

describe('the cache', () => {
  it('knows a token after it was verified, not before', () => {
    const token = tokens.issue(BOB);
    expect(tokens.findVerified(token)).toBeNull();
    const principal = tokens.verify(token);
    expect(tokens.findVerified(token)).toBe(principal);
    expect(tokens.verify(token)).toBe(principal);
  });
});

it('refuses a secret below 32 bytes', () => {
  expect(() => new TokenService(Buffer.alloc(31, 'x'))).toThrow('at least 32 bytes');
});
