import { AppError } from '@app/contracts';

/**
 * Bounds how many callers use the pool at once, how many wait and how long: mysql2's own pool queues for ever (reliability.md section 5).
 * Beyond `capacity` waiting, or after `waitMilliseconds`, a caller gets AppError UNAVAILABLE.
 */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];

  constructor(
    private free: number,
    private readonly capacity: number,
    private readonly waitMilliseconds: number,
  ) {}

  acquire(): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.capacity) return Promise.reject(new AppError('UNAVAILABLE'));
    return new Promise((resolve, reject) => {
      const start = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        const index = this.waiting.indexOf(start);
        if (index >= 0) this.waiting.splice(index, 1);
        reject(new AppError('UNAVAILABLE', { cause: new Error('no database connection became free') }));
      }, this.waitMilliseconds);
      timer.unref();
      this.waiting.push(start);
    });
  }

  release(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }
}
