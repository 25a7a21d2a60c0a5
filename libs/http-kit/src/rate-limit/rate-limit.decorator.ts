import { SetMetadata, UseInterceptors, applyDecorators } from '@nestjs/common';
import { RATE_LIMIT, RateLimitInterceptor, type RouteRate } from './rate-limit.interceptor.js';

/** The rate that this route, or each route of this class, draws from; beyond it 429. `login` looks at the body's `username` and at the outcome. */
export const RateLimit = (rate: RouteRate): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(RATE_LIMIT, rate), UseInterceptors(RateLimitInterceptor));
