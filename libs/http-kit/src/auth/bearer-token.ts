import type { IncomingMessage } from 'node:http';

const NAME = 'authorization';

/** Node keeps the first of two such headers and forgets the other: only the raw list tells. */
function standsOnce(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === NAME.length && name.toLowerCase() === NAME) count += 1;
  }
  return count === 1;
}

/**
 * The token of `Authorization: Bearer <token>`, null when there is none or the header stands twice. No other place is looked at: a token in a URL
 * would end in logs (security.md S42).
 */
export function readBearerToken(request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): string | null {
  const { authorization } = request.headers;
  if (authorization === undefined || !standsOnce(request.rawHeaders)) return null;
  return /^Bearer ([\w.-]+)$/i.exec(authorization)?.[1] ?? null;
}
