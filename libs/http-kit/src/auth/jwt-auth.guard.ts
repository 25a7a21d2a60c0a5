import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { IS_PUBLIC } from './public.decorator.js';
import { RequestAuthenticator } from './request-authenticator.js';

/**
 * The rule that every route needs a token unless it is `@Public()`. The edge brings it forward, so that 401 comes before any error of the body;
 * this guard holds also where a route was reached without the edge. Only for HTTP: gateways and listeners bind their own.
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: RequestAuthenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    request.principal ??= await this.authenticator.authenticate(request);
    return true;
  }
}
