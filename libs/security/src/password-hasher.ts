import { AppError } from '@app/contracts';
import bcrypt from 'bcrypt';

/** What computes; bcrypt outside tests. */
export interface PasswordEngine {
  hash(password: string, cost: number): Promise<string>;
  compare(password: string, hash: string): Promise<boolean>;
}

export interface PasswordHasherOptions {
  /** log2 of the rounds; 10. */
  readonly cost?: number;
  /** Hashes computed at the same time; 8. More would fill the thread pool that files and DNS use, too. */
  readonly inFlight?: number;
  /** Calls that may wait for a free place; 200. */
  readonly waiting?: number;
  readonly engine?: PasswordEngine;
}

const MAX_PASSWORD_BYTES = 72;

/** A hash that no password matches, at the given cost, so that an unknown user takes as long as a wrong password. */
const dummyHash = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(22)}${'/'.repeat(31)}`;

/** bcrypt behind a bounded queue. Verifies Spring's `$2a$` hashes, writes `$2b$`. */
export class PasswordHasher {
  private readonly cost: number;
  private readonly inFlight: number;
  private readonly waiting: number;
  private readonly engine: PasswordEngine;
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(options: PasswordHasherOptions = {}) {
    this.cost = options.cost ?? 10;
    this.inFlight = options.inFlight ?? 8;
    this.waiting = options.waiting ?? 200;
    this.engine = options.engine ?? bcrypt;
  }

  /** Throws VALIDATION_FAILED above 72 bytes, which bcrypt would cut off silently, UNAVAILABLE when the queue is full. */
  async hash(password: string): Promise<string> {
    if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES)
      throw new AppError('VALIDATION_FAILED', {
        details: [{ field: 'password', message: `must have at most ${MAX_PASSWORD_BYTES} bytes` }],
      });
    return this.queued(() => this.engine.hash(password, this.cost));
  }

  /**
   * Does the password belong to the hash? With no hash (an unknown user), or a password that none can have, it computes one all the same and
   * says no. Throws UNAVAILABLE when the queue is full.
   */
  async verify(password: string, hash: string | null): Promise<boolean> {
    const possible = hash !== null && Buffer.byteLength(password) <= MAX_PASSWORD_BYTES;
    const matches = await this.queued(() => this.engine.compare(password, possible ? hash : dummyHash(this.cost)));
    return possible && matches;
  }

  private async queued<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.inFlight) await this.waitForPlace();
    else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  /** Resolves with the place of a call that has ended, handed over without becoming free in between. */
  private waitForPlace(): Promise<void> {
    if (this.queue.length >= this.waiting) throw new AppError('UNAVAILABLE');
    return new Promise((resolve) => this.queue.push(resolve));
  }
}
