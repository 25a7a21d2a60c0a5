import { AppError, type MessageDto } from '@app/contracts';
import type { AcceptedBatch } from './send-acceptor.js';
import type { Send, SendOutcome } from './send.js';

export interface SendQueueOptions {
  /** Batches under way at the same time: 1 on SQLite, which has one writer. */
  readonly workers: number;
  readonly maxBatch: number;
  /** Sends beyond this many waiting are refused at once. */
  readonly capacity: number;
  /** A send that waited longer is refused. */
  readonly maxWaitMs: number;
  readonly clock: () => number;
  readonly onBatch: (size: number) => void;
}

export interface Acceptor {
  acceptBatch(batch: readonly Send[]): Promise<AcceptedBatch>;
  acceptAlone(send: Send): Promise<AcceptedBatch>;
}

const DEFAULTS: SendQueueOptions = {
  workers: 1,
  maxBatch: 64,
  capacity: 2_000,
  maxWaitMs: 3_000,
  clock: Date.now,
  onBatch: () => undefined,
};

interface Waiting {
  readonly send: Send;
  readonly since: number;
  readonly resolve: (message: MessageDto) => void;
  readonly reject: (error: unknown) => void;
}

/** Failures that would meet each send of the batch alone, too. */
const FOR_ALL: ReadonlySet<string> = new Set(['UNAVAILABLE', 'OUTCOME_UNKNOWN']);

/**
 * Gathers the sends that are waiting at the same moment into one transaction (performance.md section 3). It never waits for more to come: a
 * worker takes what stands there at the end of the event loop's turn, when every request that had arrived is read.
 */
export class SendQueue {
  private readonly waiting: Waiting[] = [];
  private readonly idleListeners: (() => void)[] = [];
  private readonly options: SendQueueOptions;
  private running = 0;
  private scheduled = false;
  private sweep: NodeJS.Timeout | undefined;

  constructor(
    private readonly acceptor: Acceptor,
    options: Partial<SendQueueOptions> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
  }

  get length(): number {
    return this.waiting.length;
  }

  /**
   * Resolves after the COMMIT that stored the message; rejects with the reason of its refusal, UNAVAILABLE when it was not tried, or OUTCOME_UNKNOWN.
   */
  enqueue(send: Send): Promise<MessageDto> {
    if (this.waiting.length >= this.options.capacity) return Promise.reject(new AppError('UNAVAILABLE'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ send, since: this.options.clock(), resolve, reject });
      this.schedule();
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  whenIdle(): Promise<void> {
    if (this.isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.idleListeners.push(resolve));
  }

  private isIdle(): boolean {
    return this.waiting.length === 0 && this.running === 0;
  }

  private schedule(): void {
    if (this.waiting.length === 0) return;
    this.sweep ??= setTimeout(() => this.refuseOverdue(), this.options.maxWaitMs / 2).unref();
    if (this.scheduled || this.running >= this.options.workers) return;
    this.scheduled = true;
    setImmediate(() => this.start());
  }

  private start(): void {
    this.scheduled = false;
    const batch = this.waiting.splice(0, this.options.maxBatch);
    if (batch.length === 0) return;
    this.running += 1;
    this.schedule();
    void this.run(batch).finally(() => this.finish());
  }

  private finish(): void {
    this.running -= 1;
    this.schedule();
    if (!this.isIdle()) return;
    clearTimeout(this.sweep);
    this.sweep = undefined;
    for (const resolve of this.idleListeners.splice(0)) resolve();
  }

  private async run(batch: readonly Waiting[]): Promise<void> {
    this.options.onBatch(batch.length);
    let accepted: AcceptedBatch;
    try {
      accepted = await this.acceptor.acceptBatch(batch.map(({ send }) => send));
    } catch (error) {
      return this.runOneByOne(batch, error);
    }
    answer(batch, accepted);
  }

  private async runOneByOne(batch: readonly Waiting[], reason: unknown): Promise<void> {
    if (reason instanceof AppError && FOR_ALL.has(reason.code)) {
      for (const { reject } of batch) reject(reason);
      return;
    }
    for (const waiting of batch) await this.runAlone(waiting);
  }

  private async runAlone(waiting: Waiting): Promise<void> {
    try {
      answer([waiting], await this.acceptor.acceptAlone(waiting.send));
    } catch (error) {
      waiting.reject(error);
    }
  }

  /** Before the first send that has not waited too long stand those that have. */
  private refuseOverdue(): void {
    this.sweep = undefined;
    const latest = this.options.clock() - this.options.maxWaitMs;
    const inTime = this.waiting.findIndex(({ since }) => since > latest);
    const overdue = this.waiting.splice(0, inTime === -1 ? this.waiting.length : inTime);
    for (const { reject } of overdue) reject(new AppError('UNAVAILABLE'));
    this.schedule();
  }
}

function answer(batch: readonly Waiting[], { outcomes, afterAnswers }: AcceptedBatch): void {
  batch.forEach((waiting, index) => settle(waiting, outcomes[index]));
  afterAnswers();
}

function settle({ resolve, reject }: Waiting, outcome: SendOutcome | undefined): void {
  if (outcome === undefined) reject(new Error('a send of the batch got no answer'));
  else if (outcome instanceof AppError) reject(outcome);
  else resolve(outcome);
}
