import { AppError, type BusEvent, type TopicName } from '@app/contracts';
import { MessageBus, type BusConsumer, type OutgoingRecord } from '@app/message-bus';

/** One partition of the bus, which may be away; time is the number of the step. */
export class ModelLog {
  readonly records: { readonly event: BusEvent; readonly timestamp: number }[] = [];
  up = true;
  now = 0;
  private downSince = 0;

  toggle(): void {
    this.up = !this.up;
    this.downSince = this.now;
  }

  /** Up to when a consumer at `offset` has handled everything, as far as it can know. */
  handledUpTo(offset: number): number {
    return Math.min(this.up ? this.now : this.downSince, this.records[offset]?.timestamp ?? this.now);
  }
}

/** One instance's view of the log: the real port, delivered a record at a time. */
export class ModelBus extends MessageBus {
  readonly description = 'model';
  offset: number;

  constructor(private readonly log: ModelLog) {
    super();
    this.offset = log.records.length;
  }

  async publish(_topic: TopicName, records: readonly OutgoingRecord[]): Promise<void> {
    if (!this.log.up) throw new AppError('UNAVAILABLE');
    for (const { value } of records) this.log.records.push({ event: value as BusEvent, timestamp: this.log.now });
  }

  /** The next record, if there is one. */
  take(): BusEvent | null {
    return this.log.records[this.offset++]?.event ?? (this.offset--, null);
  }

  async consume(): Promise<BusConsumer> {
    throw new Error('The model hands out records itself');
  }

  handledUpTo(): number {
    return this.log.handledUpTo(this.offset);
  }

  isUp(): boolean {
    return this.log.up;
  }

  async close(): Promise<void> {}
}
