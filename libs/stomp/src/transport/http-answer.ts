import type { IncomingMessage, ServerResponse } from 'node:http';

export const NO_CACHE = 'no-store, no-cache, must-revalidate, max-age=0';
const ONE_YEAR_S = 31_536_000;

/** Answers in one piece. The connection is closed when more of the request's body may be on its way than is worth reading. */
export function answer(
  response: ServerResponse,
  status: number,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed) return;
  if (!response.req.complete && isLarge(response.req)) response.setHeader('Connection', 'close');
  const length = status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, { 'Content-Type': 'text/plain;charset=UTF-8', ...length, ...headers });
  response.end(body);
}

function isLarge(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return length === undefined ? request.headers['transfer-encoding'] !== undefined : Number(length) > 64 * 1024;
}

/** The origin was allowed: echoed, never `*`, because SockJS sends credentials (fact 87). */
export function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Allow-Credentials', 'true');
}

/** OPTIONS: a preflight gets what it asks for; anything else 204, to be cached for a year (fact 87). */
export function answerOptions(request: IncomingMessage, response: ServerResponse, now: number): void {
  const method = request.headers['access-control-request-method'];
  const asked = request.headers['access-control-request-headers'];
  if (request.headers.origin === undefined || method === undefined) {
    const expires = new Date(now + ONE_YEAR_S * 1_000).toUTCString();
    answer(response, 204, '', { 'Cache-Control': `public, max-age=${ONE_YEAR_S}`, Expires: expires });
    return;
  }
  answer(response, 200, '', {
    'Access-Control-Allow-Methods': method,
    ...(asked === undefined ? {} : { 'Access-Control-Allow-Headers': asked }),
    'Access-Control-Max-Age': String(ONE_YEAR_S),
  });
}
