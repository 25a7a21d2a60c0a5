import { STATUS_CODES } from 'node:http';
import type { AppError, ErrorBody, ErrorCode } from '@app/contracts';

/** Why a token is refused is told to sockets only; HTTP clients see one code (api.md). */
const PUBLIC_CODES: Readonly<Partial<Record<ErrorCode, ErrorCode>>> = {
  TOKEN_EXPIRED: 'UNAUTHENTICATED',
  SESSION_ENDED: 'UNAUTHENTICATED',
};

/** The body of every error answer (api.md, Conventions). `path` without the query, which may carry personal data. */
export function errorBody(error: AppError, path: string, requestId: string, nowMs = Date.now()): ErrorBody {
  const { status } = error.row;
  return {
    timestamp: new Date(nowMs).toISOString(),
    status,
    error: STATUS_CODES[status] ?? 'Error',
    message: error.message,
    path: path.split('?', 1)[0] ?? path,
    code: PUBLIC_CODES[error.code] ?? error.code,
    requestId,
    ...(error.details ? { details: error.details.map((detail) => ({ ...detail })) } : {}),
  };
}

/** Headers that the status asks for: `WWW-Authenticate` of 401, `Retry-After` of 429 and 503, and the error's own, as `Allow` of 405. */
export function errorHeaders(error: AppError): Record<string, string> {
  const { status } = error.row;
  const headers: Record<string, string> = { ...error.headers };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (status === 429 || status === 503)
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterSeconds ?? 1)));
  return headers;
}
