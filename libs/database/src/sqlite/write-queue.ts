import { AppError } from '@app/contracts';

interface Waiting {
  readonly owner: object;
  readonly start: () => void;
}

/**
 * A first-in first-out lock around the one writing connection of SQLite: TypeORM shares that connection among all callers, so that without it
 * one request's ROLLBACK erases another's acknowledged rows (reliability.md section 0).
 */
export class WriteQueue {
  private owner: object | null = null;
  private readonly waiting: Waiting[] = [];

  /** Whoever waits longer than `waitMilliseconds`, or finds `capacity` others waiting, gets AppError UNAVAILABLE. */
  constructor(
    private readonly waitMilliseconds = 10_000,
    private readonly capacity = 10_000,
  ) {}

  /** Resolves when `owner` holds the connection. */
  acquire(owner: object): Promise<void> {
    if (this.owner === null) {
      this.owner = owner;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.capacity) return Promise.reject(unavailable('too many writes are waiting'));
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        owner,
        start: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        const index = this.waiting.indexOf(entry);
        if (index >= 0) this.waiting.splice(index, 1);
        reject(unavailable(`a write waited ${this.waitMilliseconds} ms: another transaction takes too long`));
      }, this.waitMilliseconds);
      timer.unref();
      this.waiting.push(entry);
    });
  }

  isFree(): boolean {
    return this.owner === null;
  }

  /** Hands the connection to the next in line. No effect when `owner` does not hold it. */
  release(owner: object): void {
    if (this.owner !== owner) return;
    const next = this.waiting.shift();
    this.owner = next?.owner ?? null;
    next?.start();
  }
}

const unavailable = (message: string): AppError => new AppError('UNAVAILABLE', { cause: new Error(message) });
