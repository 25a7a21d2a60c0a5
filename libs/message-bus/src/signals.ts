/** A signal is any JSON value under a kind. */
export interface Signal {
  readonly kind: string;
  readonly payload: unknown;
}

/** At most once, to every instance, the sender included: what may be lost (typing, the unstored direct path, presence notices). */
export abstract class Signals {
  abstract readonly description: string;
  /** Never rejects; when the channel is away the signal reaches this process's own subscribers only. */
  abstract publish(signal: Signal): Promise<void>;
  /** A subscriber that throws does not disturb the others. Returns the way to unsubscribe. */
  abstract subscribe(handler: (signal: Signal) => void): () => void;
  /** False while only this process is reached. */
  abstract isUp(): boolean;
  abstract close(): Promise<void>;
}
