import { loadConfig, type RateLimitConfig } from '@app/config';
import { AppError } from '@app/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.js';
import { TokenBuckets } from './token-buckets.js';

let now = 0;
beforeEach(() => {
  now = 1_000_000;
});
const seconds = (count: number): void => {
  now += count * 1000;
};
const takeAll = (take: () => boolean): number => {
  let taken = 0;
  while (take()) taken += 1;
  return taken;
};

describe('token buckets', () => {
  it('give the burst at once, then the rate', () => {
    const buckets = new TokenBuckets({ perSecond: 50, burst: 300 }, () => now);
    const take = (): boolean => buckets.take('bob');
    expect(takeAll(take)).toBe(300);
    seconds(1);
    expect(takeAll(take)).toBe(50);
    seconds(3600);
    expect(takeAll(take)).toBe(300);
  });

  it('are one per key', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, () => now);
    expect([buckets.take(1), buckets.take(2), buckets.take(1)]).toEqual([true, true, false]);
  });

  it('say how long to wait, and keep the word', () => {
    const buckets = new TokenBuckets({ perSecond: 0.5, burst: 1 }, () => now);
    expect(buckets.waitSeconds('bob')).toBe(0);
    buckets.take('bob');
    expect(buckets.waitSeconds('bob')).toBe(2);
    seconds(1.999);
    expect(buckets.take('bob')).toBe(false);
    seconds(0.001);
    expect(buckets.take('bob')).toBe(true);
  });

  it('take back no more than the burst', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 2 }, () => now);
    buckets.refund('bob');
    expect(takeAll(() => buckets.take('bob'))).toBe(2);
  });

  it('gain nothing from a clock that goes back', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, () => now);
    buckets.take('bob');
    seconds(-3600);
    expect(buckets.take('bob')).toBe(false);
    seconds(1);
    expect(buckets.take('bob')).toBe(true);
  });

  it('forget the longest unused key, never more keys than they may hold', () => {
    const buckets = new TokenBuckets({ perSecond: 0.001, burst: 1 }, () => now, 2);
    buckets.take('a');
    buckets.take('b');
    buckets.take('c');
    expect(buckets.take('c')).toBe(false);
    expect(buckets.take('a')).toBe(true);
  });
});

const limiterOf = (env: Record<string, string> = {}): RateLimiter =>
  new RateLimiter(loadConfig(env).rateLimits, () => now);

function refusal(run: () => unknown): number | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'RATE_LIMITED') return error.retryAfterSeconds ?? -1;
    throw error;
  }
}

describe('the limiter', () => {
  it.each<[keyof RateLimitConfig & Parameters<RateLimiter['take']>[0], number, number]>([
    ['messages', 300, 50],
    ['typing', 10, 2],
    ['subscribe', 300, 20],
    ['frames', 1000, 200],
    ['restPerUser', 500, 100],
    ['restPerAddress', 1000, 1000],
    ['writes', 200, 20],
    ['status', 20, 20],
  ])('%s: %i at once, then %i a second', (name, burst, perSecond) => {
    const limiter = limiterOf();
    expect(takeAll(() => limiter.take(name, 7))).toBe(burst);
    seconds(1);
    expect(takeAll(() => limiter.take(name, 7))).toBe(perSecond);
    expect(limiter.take(name, 8)).toBe(true);
  });

  it('register: 200 at once, then 600 an hour', () => {
    const limiter = limiterOf();
    expect(takeAll(() => limiter.take('register', '10.0.0.1'))).toBe(200);
    seconds(360);
    expect(takeAll(() => limiter.take('register', '10.0.0.1'))).toBe(60);
  });

  it('says when to come back', () => {
    const limiter = limiterOf({ RATE_WRITES: '1/min burst 1' });
    limiter.assertAllowed('writes', 7);
    expect(refusal(() => limiter.assertAllowed('writes', 7))).toBe(60);
  });

  it('lifts everything when it is off', () => {
    const limiter = limiterOf({ RATE_LIMITS: 'off', RATE_TYPING: '1/h burst 1' });
    for (let count = 0; count < 2000; count += 1) {
      expect(limiter.take('typing', 7)).toBe(true);
      limiter.beginLogin('bob', '10.0.0.1')('wrong');
    }
  });
});

describe('logins', () => {
  let limiter: RateLimiter;
  beforeEach(() => {
    limiter = limiterOf();
  });
  const fail = (username = 'bob', address = '10.0.0.1'): number | null =>
    refusal(() => limiter.beginLogin(username, address)('wrong'));

  it('wait twice as long after each failure beyond the fifth', () => {
    expect([fail(), fail(), fail(), fail(), fail()]).toEqual([null, null, null, null, null]);
    for (const wait of [1, 2, 4, 8, 16, 32]) {
      expect(fail()).toBe(wait);
      seconds(wait - 0.001);
      expect(fail()).toBeGreaterThan(0);
      seconds(0.001);
      expect(fail()).toBeNull();
    }
  });

  it('wait 15 minutes at most', () => {
    for (let failures = 0; failures < 40; failures += 1) {
      fail();
      seconds(900);
    }
    fail();
    expect(fail()).toBe(900);
  });

  it('of another address or of another name are not held up', () => {
    for (let failures = 0; failures < 6; failures += 1) fail();
    expect(fail('bob', '10.0.0.2')).toBeNull();
    expect(fail('ann')).toBeNull();
  });

  it('count one name in any case', () => {
    for (const name of ['bob', 'Bob', 'BOB', 'boB', 'BOb']) fail(name);
    expect(fail('bOb')).toBe(1);
  });

  it('start anew after the right password', () => {
    for (let failures = 0; failures < 4; failures += 1) fail();
    limiter.beginLogin('bob', '10.0.0.1')('right');
    for (let failures = 0; failures < 5; failures += 1) expect(fail()).toBeNull();
  });

  it('that ended in an error of ours do not count', () => {
    for (let attempts = 0; attempts < 100; attempts += 1) limiter.beginLogin('bob', '10.0.0.1')('undecided');
    expect(fail()).toBeNull();
  });

  it('count from their beginning: guesses at the same moment gain nothing', () => {
    const begun = Array.from({ length: 200 }, () => refusal(() => limiter.beginLogin('bob', '10.0.0.1')));
    expect(begun.filter((wait) => wait === null)).toHaveLength(5);
  });

  it('from one address fail 60 times a minute at most, whatever the names', () => {
    const outcomes = Array.from({ length: 1000 }, (_, index) => fail(`user${index}`));
    expect(outcomes.filter((wait) => wait === null)).toHaveLength(60);
    seconds(10);
    const later = Array.from({ length: 1000 }, (_, index) => fail(`other${index}`));
    expect(later.filter((wait) => wait === null)).toHaveLength(10);
  });

  it('for one name from everywhere lose their free tries, but are never locked', () => {
    for (let failures = 0; failures < 200; failures += 1) fail('bob', `10.0.1.${failures}`);
    expect(refusal(() => limiter.beginLogin('bob', '192.0.2.1')('right'))).toBeNull();
    expect(fail('bob', '192.0.2.2')).toBeNull();
    expect(fail('bob', '192.0.2.2')).toBe(1);
  });
});
