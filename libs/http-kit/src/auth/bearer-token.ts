import type { IncomingMessage } from 'node:http';

/**
 * The token of `Authorization: Bearer <token>`, null when there is none or the header stands twice. No other place is looked at: a token in a URL
 * would end in logs (security.md S42).
 */
export function readBearerToken(request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): string | null {
  const { authorization } = request.headers;
  if (authorization === undefined) return null;
  const count = request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization');
  if (count.length > 1) return null;
  return /^Bearer ([\w.-]+)$/i.exec(authorization)?.[1] ?? null;
}
