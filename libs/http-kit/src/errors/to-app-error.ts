import { AppError, type ErrorCode } from '@app/contracts';
import { HttpException } from '@nestjs/common';

const CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'BAD_REQUEST',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error)) return null;
  const { statusCode, code } = error as Error & { statusCode?: unknown; code?: unknown };
  return typeof statusCode === 'number' && String(code).startsWith('FST_') ? statusCode : null;
}

/**
 * Any error as an AppError. Errors of Fastify and Nest keep their meaning but not their text, which names internals; what is neither is INTERNAL
 * with its cause.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const status = statusOf(error);
  if (status === null || (status >= 500 && status !== 503)) return AppError.from(error);
  return new AppError(CODE_BY_STATUS[status] ?? 'BAD_REQUEST', { cause: error });
}
