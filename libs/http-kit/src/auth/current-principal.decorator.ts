import { AppError } from '@app/contracts';
import type { Principal } from '@app/security';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** The caller's {@link Principal}. UNAUTHENTICATED on a public route, which has none. */
export const CurrentPrincipal = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!principal) throw new AppError('UNAUTHENTICATED');
  return principal;
});
