import { AppError } from '@app/contracts';
import type { Logger } from '@app/observability';
import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { allowedMethods } from '../edge/allowed-methods.js';
import { sendError } from './send-error.js';
import { toAppError } from './to-app-error.js';

/** Maps whatever a request ends in, Fastify's own errors and unknown routes among it, to the one error form. */
@Catch()
export class AppErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw exception;
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const unrouted = exception instanceof NotFoundException ? this.refuseUnrouted(request) : null;
    sendError(reply, unrouted ?? toAppError(exception), this.logger);
  }

  /** 405 where the path is known by another method, else null. */
  private refuseUnrouted(request: FastifyRequest): AppError | null {
    const allowed = allowedMethods(request.server, (request.raw.url ?? '').split('?', 1)[0] ?? '');
    if (allowed.length === 0 || allowed.includes(request.method)) return null;
    return new AppError('METHOD_NOT_ALLOWED', { headers: { allow: allowed.join(', ') } });
  }
}
