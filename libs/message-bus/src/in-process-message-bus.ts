import { AppError, type TopicName } from '@app/contracts';
import { Logger } from '@nestjs/common';
import { MessageBus, type BusConsumer, type OutgoingRecord, type RecordHandler } from './message-bus.js';
import { systemTimers, type BusTimers } from './bus-timers.js';
import { partitionsOf, toJson } from './known-topic.js';
import { hashKey, type StoredRecord } from './partition-log.js';
import { PartitionWorker } from './partition-worker.js';

interface Group {
  readonly workers: ReadonlyMap<TopicName, readonly PartitionWorker[]>;
}

/**
 * The bus of the embedded default, as strict as the real one: values go through JSON, keys are spread over the topic's partitions, each
 * partition is handled in order and one record at a time, a record whose handler throws comes again (after 100 ms, doubling up to 5 s) and
 * holds up its partition meanwhile. It lives in this process's memory only, so a composition with several processes must not choose it.
 */
export class InProcessMessageBus extends MessageBus {
  readonly description: string = 'in-process';
  private readonly logger = new Logger(InProcessMessageBus.name);
  private readonly groups = new Map<string, Group>();
  private readonly positions = new Map<string, number>();
  private closing: Promise<void> | null = null;

  constructor(protected readonly timers: BusTimers = systemTimers) {
    super();
  }

  async publish(topic: TopicName, records: readonly OutgoingRecord[]): Promise<void> {
    const partitions = partitionsOf(topic);
    const encoded = records.map(({ key, value }) => ({ key, json: this.encode(value) }));
    if (this.closing) throw new AppError('UNAVAILABLE', { message: 'The message bus is closed' });
    for (const { key, json } of encoded) this.append(topic, this.partitionOf(key, partitions), key, json);
  }

  async consume(group: string, topics: readonly TopicName[], handler: RecordHandler): Promise<BusConsumer> {
    if (this.closing) throw new AppError('UNAVAILABLE', { message: 'The message bus is closed' });
    if (this.groups.has(group)) throw new TypeError(`The group ${group} is consuming already`);
    const workers = new Map(topics.map((topic) => [topic, this.createWorkers(partitionsOf(topic), handler)]));
    this.groups.set(group, { workers });
    return { close: () => this.leave(group, workers) };
  }

  handledUpTo(group: string): number {
    const workers = this.groups.get(group)?.workers;
    if (!workers) return 0;
    const waiting = [...workers.values()].flat().map((worker) => worker.oldestTimestamp());
    return Math.min(this.timers.now(), ...waiting.filter((timestamp) => timestamp !== null));
  }

  isUp(): boolean {
    return this.closing === null;
  }

  /** Refuses further records, lets the consumers handle what waits (each record once more), then ends them. */
  close(): Promise<void> {
    this.closing ??= this.drain();
    return this.closing;
  }

  /** JSON text of a value. */
  protected encode(value: unknown): string {
    return toJson(value);
  }

  protected partitionOf(key: string, partitions: number): number {
    return hashKey(key) % partitions;
  }

  protected append(topic: TopicName, partition: number, key: string, json: string): void {
    const lane = `${topic}/${partition}`;
    const position = this.positions.get(lane) ?? 0;
    this.positions.set(lane, position + 1);
    const record: StoredRecord = { topic, key, json, partition, position, timestamp: this.timers.now() };
    for (const { workers } of this.groups.values()) workers.get(topic)?.[partition]?.push(record);
  }

  protected createWorker(handler: RecordHandler): PartitionWorker {
    return new PartitionWorker(handler, this.timers, (record, error) => this.report(record, error));
  }

  private createWorkers(partitions: number, handler: RecordHandler): PartitionWorker[] {
    return Array.from({ length: partitions }, () => this.createWorker(handler));
  }

  private async leave(group: string, workers: Group['workers']): Promise<void> {
    if (this.groups.get(group)?.workers === workers) this.groups.delete(group);
    await Promise.all([...workers.values()].flat().map((worker) => worker.stop()));
  }

  private async drain(): Promise<void> {
    const workers = [...this.groups.values()].flatMap((group) => [...group.workers.values()].flat());
    await Promise.all(workers.map((worker) => worker.drain()));
    this.groups.clear();
  }

  private report({ topic, partition, position }: StoredRecord, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.warn(`Record ${topic}/${partition}/${position} failed and comes again: ${reason}`);
  }
}
