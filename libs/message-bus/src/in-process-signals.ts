import { Logger } from '@nestjs/common';
import { Signals, type Signal } from './signals.js';
import { toJson } from './known-topic.js';

type SignalHandler = (signal: Signal) => void;

/**
 * The signals of the embedded default: through JSON, in order, never inside the publisher's own call, each subscriber with a copy of its own
 * and undisturbed by the others. One process only.
 */
export class InProcessSignals extends Signals {
  readonly description: string = 'in-process';
  private readonly logger = new Logger(InProcessSignals.name);
  protected readonly handlers = new Set<{ readonly handle: SignalHandler }>();
  private closed = false;

  async publish({ kind, payload }: Signal): Promise<void> {
    try {
      const json = toJson({ kind, payload: payload ?? null });
      queueMicrotask(() => this.deliver(json));
    } catch (error) {
      this.report(`Signal ${kind} was dropped`, error);
    }
  }

  subscribe(handler: SignalHandler): () => void {
    const entry = { handle: handler };
    this.handlers.add(entry);
    return () => {
      this.handlers.delete(entry);
    };
  }

  isUp(): boolean {
    return !this.closed;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.handlers.clear();
  }

  protected deliver(json: string): void {
    for (const entry of this.handlers) {
      try {
        entry.handle(JSON.parse(json) as Signal);
      } catch (error) {
        this.report('A subscriber of signals failed', error);
      }
    }
  }

  private report(what: string, error: unknown): void {
    this.logger.warn(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
