import type { AppError } from '@app/contracts';
import type { Logger } from '@app/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, errorHeaders } from './error-body.js';

/** Logs at the level of the code's row; the cause of an INTERNAL error is logged here, once, and nowhere shown. */
function logError(logger: Logger, error: AppError, request: FastifyRequest): void {
  const { log, status } = error.row;
  const fields = {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions?.url,
    status,
    code: error.code,
  };
  logger[log](status >= 500 ? { ...fields, err: error.cause ?? error } : fields, 'request refused');
}

/** Answers with the one error form. Does nothing when an answer has begun. */
export function sendError(reply: FastifyReply, error: AppError, logger: Logger): void {
  const { request } = reply;
  logError(logger, error, request);
  if (reply.sent || reply.raw.headersSent) return;
  void reply
    .code(error.row.status)
    .headers(errorHeaders(error))
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(error, request.raw.url ?? '', request.id)));
}
