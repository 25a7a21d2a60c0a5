import type { IncomingHttpHeaders } from 'node:http';

export const CORS_METHODS = 'GET, POST, PUT, DELETE, OPTIONS';
const EXPOSED = 'x-request-id, x-instance-id, Retry-After';
const PREFLIGHT_SECONDS = '600';
const HEADER_LIST = /^[\w\-, ]{1,1000}$/;

const UNLISTED: Readonly<Record<string, string>> = { vary: 'Origin' };

/** The CORS headers of an answer: for a listed origin exactly one `access-control-allow-origin`; `Vary: Origin` always. */
export function corsHeaders(
  origin: string | undefined,
  allowed: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  if (origin === undefined || !allowed.has(origin)) return UNLISTED;
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': EXPOSED,
  };
}

export const isPreflight = (method: string | undefined, headers: IncomingHttpHeaders): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

/** What a preflight answer carries beside {@link corsHeaders}; nothing for an origin that is not listed. */
export function preflightHeaders(headers: IncomingHttpHeaders, allowed: ReadonlySet<string>): Record<string, string> {
  if (!allowed.has(headers.origin ?? '')) return {};
  const asked = headers['access-control-request-headers'] ?? '';
  return {
    'access-control-allow-methods': CORS_METHODS,
    'access-control-max-age': PREFLIGHT_SECONDS,
    ...(HEADER_LIST.test(asked) ? { 'access-control-allow-headers': asked } : {}),
  };
}
