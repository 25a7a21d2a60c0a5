import { AppError } from '@app/contracts';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { tap, type Observable } from 'rxjs';
import { addressKey } from './client-address.js';
import { RateLimiter, type RateName } from './rate-limiter.js';

export const RATE_LIMIT = 'http-kit:rate-limit';

/** `register` and `login` count per client address, the others per user. */
export type RouteRate = Extract<RateName, 'messages' | 'writes' | 'status' | 'register'> | 'login';

const usernameOf = (body: unknown): string => {
  const { username } = (body ?? {}) as { username?: unknown };
  return typeof username === 'string' ? username.slice(0, 64) : '';
};

/** Behind `@RateLimit()`: after the guards, before validation and the handler. */
@Injectable()
export class RateLimitInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const rate = this.reflector.getAllAndOverride<RouteRate | undefined>(RATE_LIMIT, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (rate === undefined) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const address = addressKey(request.clientAddress);
    if (rate === 'login') return this.watchLogin(usernameOf(request.body), address, next);
    const key = rate === 'register' ? address : (request.principal?.id ?? address);
    this.limiter.assertAllowed(rate, key);
    return next.handle();
  }

  private watchLogin(username: string, address: string, next: CallHandler): Observable<unknown> {
    const settle = this.limiter.beginLogin(username, address);
    const isWrong = (error: unknown): boolean => error instanceof AppError && error.code === 'BAD_CREDENTIALS';
    return next.handle().pipe(
      tap({
        complete: () => settle('right'),
        error: (error: unknown) => settle(isWrong(error) ? 'wrong' : 'undecided'),
      }),
    );
  }
}
