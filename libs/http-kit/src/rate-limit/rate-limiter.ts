import type { Rate, RateLimitConfig } from '@app/config';
import { AppError } from '@app/contracts';
import { LoginThrottle, type LoginOutcome } from './login-throttle.js';
import { TokenBuckets } from './token-buckets.js';

/** The rates of the config that are plain buckets. Keys: a user id, a session id or a client address, as each rate is defined. */
export type RateName = {
  [K in keyof RateLimitConfig]: RateLimitConfig[K] extends Rate ? K : never;
}[keyof RateLimitConfig];

const RATE_NAMES = [
  'messages',
  'typing',
  'subscribe',
  'frames',
  'restPerUser',
  'restPerAddress',
  'writes',
  'status',
  'register',
] as const satisfies readonly RateName[];

/** The rates of one process, for REST and STOMP alike: whoever sends over both draws from one bucket. Lifts them all when they are off. */
export class RateLimiter {
  private readonly buckets: ReadonlyMap<RateName, TokenBuckets>;
  private readonly logins: LoginThrottle;

  /** `now`: milliseconds of a monotonic clock, so that a changed system time opens or closes nothing. */
  constructor(
    private readonly config: RateLimitConfig,
    now: () => number = () => performance.now(),
  ) {
    this.buckets = new Map(RATE_NAMES.map((name) => [name, new TokenBuckets(config[name], now)]));
    this.logins = new LoginThrottle(config.login, now);
  }

  /** Takes one; false when the key has used up its rate. */
  take(name: RateName, key: string | number): boolean {
    return !this.config.enabled || (this.buckets.get(name)?.take(key) ?? true);
  }

  /** Takes one; throws RATE_LIMITED with the time to wait when the key has used up its rate. */
  assertAllowed(name: RateName, key: string | number): void {
    if (this.take(name, key)) return;
    throw new AppError('RATE_LIMITED', { retryAfterSeconds: this.buckets.get(name)?.waitSeconds(key) ?? 1 });
  }

  /** Lets a login begin, or throws RATE_LIMITED; the caller reports how it ended, once. */
  beginLogin(username: string, address: string): (outcome: LoginOutcome) => void {
    return this.config.enabled ? this.logins.begin(username, address) : () => undefined;
  }
}
