import type { TopicName } from '@app/contracts';

/** One record to publish. Records of one key keep their order; `value` is any JSON value. */
export interface OutgoingRecord {
  readonly key: string;
  readonly value: unknown;
}

/** One record as a consumer gets it. `position` grows along one key's partition; a record may come again after a failure (at least once). */
export interface IncomingRecord {
  readonly topic: TopicName;
  readonly key: string;
  /** A fresh copy that went through JSON; the consumer owns it. */
  readonly value: unknown;
  readonly partition: number;
  readonly position: number;
  /** When the bus took the record, epoch milliseconds. */
  readonly timestamp: number;
}

/** Handles one record; a rejection brings the same record again, before any later one of its key. */
export type RecordHandler = (record: IncomingRecord) => Promise<void>;

export interface BusConsumer {
  /** Stops taking records; resolves when the handler is idle. Idempotent. */
  close(): Promise<void>;
}

/**
 * Durable, partitioned, at-least-once transport of events to every chat instance (reliability.md 3.4). Each consumer group sees every record
 * published after the group was positioned, per key in order, one at a time; a handler that throws gets the same record again.
 */
export abstract class MessageBus {
  /** A name for the start-up line, as `in-process` or `kafka 127.0.0.1:9092`. */
  abstract readonly description: string;
  /**
   * Resolves once the bus has taken all records, in the order given; calls that overlap keep the order in which they were made.
   * @throws TypeError for a topic outside TOPIC_PARTITIONS or a value that JSON cannot carry; then none was taken.
   * @throws AppError UNAVAILABLE when the bus is away or closed; some of the records may have been taken.
   */
  abstract publish(topic: TopicName, records: readonly OutgoingRecord[]): Promise<void>;
  /**
   * Resolves when the group is positioned: everything published from now on arrives. `group` is unique per instance.
   * @throws TypeError for a topic outside TOPIC_PARTITIONS.
   */
  abstract consume(group: string, topics: readonly TopicName[], handler: RecordHandler): Promise<BusConsumer>;
  /**
   * Every record that the bus took before this instant of this process's clock (epoch milliseconds) has been handled by the group. Never
   * falls; stands still while the bus is away; 0 for a group that does not consume. The poll of reliability.md 3.4 starts here.
   */
  abstract handledUpTo(group: string): number;
  /** False while publishing or consuming is known to fail. */
  abstract isUp(): boolean;
  /** Stops publishing and consuming; resolves when every handler is idle. Idempotent. */
  abstract close(): Promise<void>;
}
