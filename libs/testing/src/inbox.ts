/** Thrown when what a test waits for does not come; names what did come. */
export class NothingCame extends Error {
  constructor(what: string, timeoutMs: number, seen: readonly unknown[]) {
    super(`${what} did not come within ${timeoutMs} ms; ${seen.length} came: ${JSON.stringify(seen).slice(0, 2_000)}`);
    this.name = 'NothingCame';
  }
}

/** Everything that came in, in order, with a way to wait for what has not come yet. */
export class Inbox<T> {
  readonly all: T[] = [];
  private readonly waiters = new Set<() => void>();

  constructor(private readonly name: string) {}

  push(item: T): void {
    this.all.push(item);
    for (const wake of this.waiters) wake();
  }

  /** The first item, past or future, that `matches` (default: any). Rejects with {@link NothingCame} after `timeoutMs`. */
  async find(matches: (item: T) => boolean = () => true, timeoutMs = 5_000): Promise<T> {
    const [item] = await this.collect(1, matches, timeoutMs);
    return item!;
  }

  /** The first `count` items that match, in order of arrival. */
  collect(count: number, matches: (item: T) => boolean = () => true, timeoutMs = 10_000): Promise<T[]> {
    return new Promise((resolve, reject) => {
      const look = (): boolean => {
        const hits = this.all.filter(matches);
        if (hits.length < count) return false;
        clearTimeout(timer);
        this.waiters.delete(look);
        resolve(hits.slice(0, count));
        return true;
      };
      const timer = setTimeout(() => {
        this.waiters.delete(look);
        reject(new NothingCame(`${this.name}: ${count} item(s)`, timeoutMs, this.all));
      }, timeoutMs);
      timer.unref();
      this.waiters.add(look);
      look();
    });
  }

  clear(): void {
    this.all.length = 0;
  }
}
