import { EventLoopWatch } from './event-loop-watch.js';

/** `required`: not ready without it. `degrading`: ready, and readiness names it. */
export type HealthKind = 'required' | 'degrading';
export type HealthCheck = () => boolean | Promise<boolean>;

export interface Readiness {
  readonly ready: boolean;
  /** Names of the degrading checks that fail, sorted. */
  readonly degraded: readonly string[];
  /** Names of the required checks that fail, sorted; `draining` among them during shutdown. */
  readonly failed: readonly string[];
}

export interface HealthRegistryOptions {
  /** A check that has not answered by then has failed; 1,000 ms. */
  readonly checkTimeoutMs?: number;
  /** Liveness ends above this lag of the event loop; 5,000 ms. */
  readonly maxLagMs?: number;
  readonly eventLoop?: Pick<EventLoopWatch, 'lagMs' | 'close'>;
}

/** What an app needs to be ready, and whether its process is alive (reliability.md 11). */
export class HealthRegistry {
  private readonly checks = new Map<string, { kind: HealthKind; check: HealthCheck }>();
  private readonly liveChecks = new Map<string, () => boolean>();
  private readonly eventLoop: Pick<EventLoopWatch, 'lagMs' | 'close'>;
  private readonly checkTimeoutMs: number;
  private readonly maxLagMs: number;
  private draining = false;

  constructor(options: HealthRegistryOptions = {}) {
    this.checkTimeoutMs = options.checkTimeoutMs ?? 1000;
    this.maxLagMs = options.maxLagMs ?? 5000;
    this.eventLoop = options.eventLoop ?? new EventLoopWatch();
  }

  /** A check that throws, or takes longer than a second, has failed. Throws when the name is taken. */
  add(name: string, kind: HealthKind, check: HealthCheck): void {
    if (this.checks.has(name)) throw new Error(`There is a health check named ${name}`);
    this.checks.set(name, { kind, check });
  }

  /** Something inside the process that can get stuck. Never a dependency: its outage must not restart every process. */
  addLiveness(name: string, check: () => boolean): void {
    this.liveChecks.set(name, check);
  }

  /** From now on not ready: the first step of a shutdown. */
  setDraining(): void {
    this.draining = true;
  }

  get isDraining(): boolean {
    return this.draining;
  }

  async readiness(): Promise<Readiness> {
    const entries = [...this.checks];
    const passed = await Promise.all(entries.map(([, { check }]) => this.passes(check)));
    const failing = (kind: HealthKind): string[] =>
      entries.filter(([, entry], index) => entry.kind === kind && !passed[index]).map(([name]) => name);
    const failed = [...failing('required'), ...(this.draining ? ['draining'] : [])].toSorted();
    return { ready: failed.length === 0, degraded: failing('degrading').toSorted(), failed };
  }

  /** False when the event loop lags by more than 5 s or something inside is stuck; knows no dependency. */
  liveness(): boolean {
    return this.eventLoop.lagMs() < this.maxLagMs && [...this.liveChecks.values()].every((check) => check());
  }

  close(): void {
    this.eventLoop.close();
  }

  private async passes(check: HealthCheck): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), this.checkTimeoutMs);
    });
    try {
      return await Promise.race([Promise.resolve().then(check), timeout]);
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}
