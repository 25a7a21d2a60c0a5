import { AppError } from '@app/contracts';
import bcrypt from 'bcrypt';
import { describe, expect, it, vi } from 'vitest';
import { PasswordHasher, type PasswordEngine } from './password-hasher.js';

const cheap = new PasswordHasher({ cost: 4 });

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof AppError ? error.code : error),
  );

describe('a password', () => {
  it('belongs to its own hash only', async () => {
    const hash = await cheap.hash('correct horse');
    expect(hash).toMatch(/^\$2b\$04\$/);
    expect(await cheap.verify('correct horse', hash)).toBe(true);
    expect(await cheap.verify('wrong horse', hash)).toBe(false);
  });

  it('may have been hashed by Spring', async () => {
    const spring = (await bcrypt.hash('correct horse', 4)).replace('$2b$', '$2a$');
    expect(await cheap.verify('correct horse', spring)).toBe(true);
  });

  it('has at most 72 bytes: bcrypt would not look at the rest', async () => {
    const longest = 'ä'.repeat(36);
    const hash = await cheap.hash(longest);
    expect(await codeOf(cheap.hash(`${longest}x`))).toBe('VALIDATION_FAILED');
    expect(await cheap.verify(`${longest}x`, hash)).toBe(false);
    expect(await cheap.verify(longest, hash)).toBe(true);
  });
});

describe('an unknown user', () => {
  it('is computed as long as a known one, and never matches', async () => {
    const costs: number[] = [];
    const engine: PasswordEngine = {
      hash: (password, cost) => bcrypt.hash(password, cost),
      compare: (password, hash) => {
        costs.push(bcrypt.getRounds(hash));
        return bcrypt.compare(password, hash);
      },
    };
    const hasher = new PasswordHasher({ cost: 8, engine });
    for (const password of ['', 'x', 'correct horse', '\0']) expect(await hasher.verify(password, null)).toBe(false);
    expect(costs).toEqual([8, 8, 8, 8]);
  });

  it('takes about the time of a wrong password', async () => {
    const hasher = new PasswordHasher({ cost: 9 });
    const hash = await hasher.hash('correct horse');
    const time = async (known: string | null): Promise<number> => {
      const start = performance.now();
      await hasher.verify('wrong horse', known);
      return performance.now() - start;
    };
    const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    const pairs: [number, number][] = [];
    for (let round = 0; round < 9; round += 1) pairs.push([await time(null), await time(hash)]);
    const ratio = median(pairs.map(([unknown]) => unknown)) / median(pairs.map(([, known]) => known));
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});

describe('the queue', () => {
  /** Hashing that ends when told to. */
  function holdHashing() {
    const ends: (() => void)[] = [];
    let started = 0;
    const hash = (): Promise<string> => {
      started += 1;
      return new Promise((resolve) => ends.push(() => resolve('hash')));
    };
    const engine: PasswordEngine = { hash, compare: () => Promise.resolve(false) };
    return { engine, started: () => started, endOne: () => ends.shift()?.() };
  }

  it('computes so many at once, lets so many wait, and refuses the rest', async () => {
    const held = holdHashing();
    const hasher = new PasswordHasher({ inFlight: 2, waiting: 3, engine: held.engine });
    const five = Array.from({ length: 5 }, () => hasher.hash('password'));
    expect(await codeOf(hasher.hash('password'))).toBe('UNAVAILABLE');
    expect(held.started()).toBe(2);
    held.endOne();
    await vi.waitFor(() => expect(held.started()).toBe(3));
    const sixth = hasher.hash('password');
    for (let ended = 0; ended < 5; ended += 1) {
      held.endOne();
      await vi.waitFor(() => expect(held.started()).toBe(Math.min(6, 4 + ended)));
    }
    expect(await Promise.all([...five, sixth])).toEqual(Array.from({ length: 6 }, () => 'hash'));
  });

  it('goes on after a computation that failed', async () => {
    let calls = 0;
    const hash = async (): Promise<string> => {
      calls += 1;
      if (calls === 1) throw new Error('no memory');
      return 'hash';
    };
    const engine: PasswordEngine = { hash, compare: () => Promise.resolve(false) };
    const hasher = new PasswordHasher({ inFlight: 1, engine });
    const both = await Promise.allSettled([hasher.hash('first try'), hasher.hash('second try')]);
    expect(both.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
    expect(await hasher.hash('third try')).toBe('hash');
  });
});
