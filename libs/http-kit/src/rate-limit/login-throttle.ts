import type { RateLimitConfig } from '@app/config';
import { AppError } from '@app/contracts';
import { LRUCache } from 'lru-cache';
import { TokenBuckets } from './token-buckets.js';

interface Failures {
  count: number;
  /** When the last attempt was let through, in ms of the monotonic clock. */
  at: number;
}

/** How an attempt ended: with the right password, with a wrong one, or not at all (an error that says nothing of the password). */
export type LoginOutcome = 'right' | 'wrong' | 'undecided';

const MAX_KEYS = 50_000;

/**
 * Slows down guessing (reliability.md 8): after some failures for a username from one address each further try there waits 1 s, 2 s, 4 s … 15 min;
 * an address has a bucket of failures; failures for one username from many addresses take away the free tries, but never lock it. An attempt
 * counts as a failure from its beginning, so that guesses at the same moment gain nothing.
 */
export class LoginThrottle {
  private readonly byPair = new LRUCache<string, Failures>({ max: MAX_KEYS });
  private readonly byAddress: TokenBuckets;
  private readonly byName: TokenBuckets;

  constructor(
    private readonly config: RateLimitConfig['login'],
    private readonly now: () => number,
  ) {
    this.byAddress = new TokenBuckets(config.perAddress, now, MAX_KEYS);
    this.byName = new TokenBuckets(config.perName, now, MAX_KEYS);
  }

  /** Lets an attempt begin, or throws RATE_LIMITED with the time to wait. The caller reports how it ended, once. */
  begin(username: string, address: string): (outcome: LoginOutcome) => void {
    const name = username.toLowerCase();
    const pair = `${address} ${name}`;
    const wait = Math.max(this.byAddress.waitSeconds(address), this.waitSeconds(pair, name));
    if (wait > 0) throw new AppError('RATE_LIMITED', { retryAfterSeconds: wait });
    const before = this.byPair.get(pair);
    this.byPair.set(pair, { count: (before?.count ?? 0) + 1, at: this.now() });
    this.byAddress.take(address);
    this.byName.take(name);
    return (outcome) => this.settle(outcome, pair, name, address);
  }

  private waitSeconds(pair: string, name: string): number {
    const failures = this.byPair.get(pair);
    if (!failures) return 0;
    const free = this.byName.waitSeconds(name) > 0 ? 1 : this.config.freeFailures;
    if (failures.count < free) return 0;
    const delay = Math.min(this.config.delayMaxMs, this.config.delayMinMs * 2 ** Math.min(30, failures.count - free));
    return Math.max(0, failures.at + delay - this.now()) / 1000;
  }

  private settle(outcome: LoginOutcome, pair: string, name: string, address: string): void {
    if (outcome === 'wrong') return;
    this.byAddress.refund(address);
    this.byName.refund(name);
    const failures = this.byPair.get(pair);
    if (outcome === 'right') this.byPair.delete(pair);
    else if (failures) failures.count = Math.max(0, failures.count - 1);
  }
}
