import type { OutgoingHttpHeaders } from 'node:http';
import { forgeToken, type ForgeOptions, type Person } from '@app/testing';

/** Headers and query of a request, with credentials that must not be taken. */
export interface BadCredentials {
  readonly kind: string;
  readonly headers: OutgoingHttpHeaders;
  readonly query?: string;
  /** The token where it is one that could stand in a CONNECT. */
  readonly token: string | null;
  /** Only the services know that it has ended: the gateway holds no data. */
  readonly ended?: true;
}

const now = (): number => Math.floor(Date.now() / 1000);
const HOUR = 3_600;
const sometimes = (claims: Record<string, unknown>): ForgeOptions => ({ claims });

/** Each differs from a good token of the person in one thing. */
const FORGERIES: Readonly<Record<string, () => ForgeOptions>> = {
  'alg none without a signature': () => ({ header: { alg: 'none' }, hash: null }),
  'alg None with a signature': () => ({ header: { alg: 'None' } }),
  'no signature': () => ({ hash: null }),
  HS384: () => ({ header: { alg: 'HS384' }, hash: 'sha384' }),
  HS512: () => ({ header: { alg: 'HS512' }, hash: 'sha512' }),
  'alg RS256 over an HMAC': () => ({ header: { alg: 'RS256' } }),
  'a kid': () => ({ header: { kid: '../../dev/null' } }),
  'a jku': () => ({ header: { jku: 'https://example.test/keys' } }),
  'a crit': () => ({ header: { crit: ['exp'] } }),
  'another audience': () => sometimes({ aud: 'another' }),
  'no audience': () => sometimes({ aud: undefined }),
  'another issuer': () => sometimes({ iss: 'another' }),
  expired: () => sometimes({ iat: now() - 2 * HOUR, exp: now() - 1 }),
  'no exp': () => sometimes({ exp: undefined }),
  'exp as text': () => sometimes({ exp: String(now() + HOUR) }),
  'a lifetime beyond ours': () => sometimes({ exp: now() + 20 * HOUR }),
  'not valid yet': () => sometimes({ nbf: now() + HOUR }),
  'issued in the future': () => sometimes({ iat: now() + HOUR, exp: now() + 2 * HOUR }),
  'id as text': () => sometimes({ id: '1' }),
  'id 0': () => sometimes({ id: 0 }),
  'id beyond 2^53': () => sometimes({ id: 2 ** 53 }),
  'no id': () => sometimes({ id: undefined }),
  'no jti': () => sometimes({ jti: undefined }),
  'no version': () => sometimes({ ver: undefined }),
  'an unknown role': () => sometimes({ role: 'ROOT' }),
};

const bearer = (kind: string, token: string): BadCredentials => ({
  kind,
  headers: { authorization: `Bearer ${token}` },
  token,
});
const ended = (kind: string, token: string): BadCredentials => ({ ...bearer(kind, token), ended: true });
const elsewhere = (kind: string, headers: OutgoingHttpHeaders, query?: string): BadCredentials => ({
  kind,
  headers,
  token: null,
  ...(query === undefined ? {} : { query }),
});

/** Tokens that were good once, of users made for it. */
export interface EndedTokens {
  readonly loggedOut: string;
  readonly loggedOutEverywhere: string;
  readonly beforePasswordChange: string;
  readonly ofDeletedUser: string;
}

/** Every bad kind for a person who could do it with a good token, which is not among them. */
export function badCredentials(secret: string, person: Person, tokens: EndedTokens): BadCredentials[] {
  const good = forgeToken(secret, person);
  const [head, payload, signature] = good.split('.');
  const forged = Object.entries(FORGERIES).map(([kind, options]) =>
    bearer(kind, forgeToken(secret, person, options())),
  );
  return [
    ...forged,
    bearer('another key', forgeToken('another secret of at least 32 bytes, not ours', person)),
    bearer('no token at all', 'not-a-token'),
    bearer('an empty form', 'a.b.c'),
    bearer('a cut signature', `${head}.${payload}.${signature!.slice(0, -4)}`),
    bearer('longer than tokens are', `${good}${'A'.repeat(4_096)}`),
    ended('logged out', tokens.loggedOut),
    ended('logged out everywhere', tokens.loggedOutEverywhere),
    ended('from before a password change', tokens.beforePasswordChange),
    ended('of a deleted user', tokens.ofDeletedUser),
    elsewhere('another scheme', { authorization: `Basic ${good}` }),
    elsewhere('no scheme', { authorization: good }),
    elsewhere('two headers', { authorization: [`Bearer ${good}`, `Bearer ${good}`] as never }),
    elsewhere('in the query', {}, `access_token=${good}&token=${good}`),
    elsewhere('in a cookie', { cookie: `token=${good}; Authorization=Bearer%20${good}` }),
    elsewhere('as a claim of a proxy', { 'x-user-id': String(person.id), 'x-user-name': person.username }),
  ];
}
