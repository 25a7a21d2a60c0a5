import type { Rate } from '@app/config';
import { LRUCache } from 'lru-cache';

interface Bucket {
  tokens: number;
  /** When `tokens` was right, in ms of the monotonic clock. */
  at: number;
}

/**
 * Token buckets of one rate, one per key. A key that was never seen has a full bucket, so the least recently used ones may be forgotten: memory
 * stays bounded whatever keys arrive.
 */
export class TokenBuckets {
  private readonly buckets: LRUCache<string | number, Bucket>;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(
    private readonly rate: Rate,
    private readonly now: () => number,
    maxKeys = 50_000,
  ) {
    this.buckets = new LRUCache({ max: maxKeys });
  }

  /** Takes one token; false, and nothing taken, when there is none. */
  take(key: string | number): boolean {
    const bucket = this.fill(key);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Gives a token back. */
  refund(key: string | number): void {
    const bucket = this.fill(key);
    bucket.tokens = Math.min(this.rate.burst, bucket.tokens + 1);
  }

  /** Seconds until there is a token; 0 when there is one. */
  waitSeconds(key: string | number): number {
    const { tokens } = this.fill(key);
    return tokens >= 1 ? 0 : (1 - tokens) / this.rate.perSecond;
  }

  private fill(key: string | number): Bucket {
    const at = this.now();
    const known = this.buckets.get(key);
    if (!known) {
      const fresh = { tokens: this.rate.burst, at };
      this.buckets.set(key, fresh);
      return fresh;
    }
    const seconds = Math.max(0, at - known.at) / 1000;
    known.tokens = Math.min(this.rate.burst, known.tokens + seconds * this.rate.perSecond);
    known.at = at;
    return known;
  }
}
