import { SetMetadata } from '@nestjs/common';
import type { RateName } from './rate-limiter.js';

export const RATE_LIMIT = 'http-kit:rate-limit';

/** `register` and `login` count per client address, the others per user. */
export type RouteRate = Extract<RateName, 'messages' | 'writes' | 'status' | 'register'> | 'login';

/** The rate that this route, or each route of this class, draws from; beyond it 429. `login` looks at the body's `username` and at the outcome. */
export const RateLimit = (rate: RouteRate): MethodDecorator & ClassDecorator => SetMetadata(RATE_LIMIT, rate);
