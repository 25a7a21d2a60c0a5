import { TOPICS, type TopicName } from '@app/contracts';
import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BUS_CONTRACT_PATIENCE,
  MESSAGE_BUS_RULES,
  checkBusRule,
  describeMessageBus,
  type BusRule,
} from './message-bus.contract.js';
import type { BusTimers } from './bus-timers.js';
import { InProcessMessageBus } from './in-process-message-bus.js';
import type { BusConsumer, IncomingRecord, OutgoingRecord, RecordHandler } from './message-bus.js';
import type { PartitionWorker } from './partition-worker.js';

/** Time that stands still: every wait is over at once, and its length is noted. */
function instantTimers(waits: number[] = []): BusTimers {
  return {
    now: () => Date.now(),
    after: (ms, task) => {
      waits.push(ms);
      const immediate = setImmediate(task);
      return () => clearImmediate(immediate);
    },
  };
}
const open = async (): Promise<InProcessMessageBus> => new InProcessMessageBus(instantTimers());

beforeAll(() => Logger.overrideLogger(false));
describeMessageBus('in-process', open);

/** Each takes one rule away from the adapter. */
class SharesOneCopy extends InProcessMessageBus {
  private readonly copies = new Map<string, unknown>();
  protected override createWorker(handler: RecordHandler): PartitionWorker {
    return super.createWorker((record) => {
      const place = `${record.topic}/${record.partition}/${record.position}`;
      if (!this.copies.has(place)) this.copies.set(place, record.value);
      return handler({ ...record, value: this.copies.get(place) });
    });
  }
}
class EncodesLate extends InProcessMessageBus {
  override async publish(topic: TopicName, records: readonly OutgoingRecord[]): Promise<void> {
    await Promise.resolve();
    await super.publish(topic, records);
  }
}
class TakesAnyValue extends InProcessMessageBus {
  protected override encode(value: unknown): string {
    return JSON.stringify({ value }).slice(9, -1) || 'null';
  }
}
class TakesHalfABatch extends InProcessMessageBus {
  override async publish(topic: TopicName, records: readonly OutgoingRecord[]): Promise<void> {
    for (const record of records) await super.publish(topic, [record]);
  }
}
class SwallowsUnknownTopics extends InProcessMessageBus {
  override async publish(topic: TopicName, records: readonly OutgoingRecord[]): Promise<void> {
    if (Object.values(TOPICS).includes(topic)) await super.publish(topic, records);
  }
}
class ConsumesUnknownTopics extends InProcessMessageBus {
  override consume(group: string, topics: readonly TopicName[], handler: RecordHandler): Promise<BusConsumer> {
    return super.consume(
      group,
      topics.filter((topic) => Object.values(TOPICS).includes(topic)),
      handler,
    );
  }
}
class IgnoresKeys extends InProcessMessageBus {
  private next = 0;
  protected override partitionOf(_key: string, partitions: number): number {
    return this.next++ % partitions;
  }
}
class HasOnePartition extends InProcessMessageBus {
  protected override partitionOf(): number {
    return 0;
  }
}
class RunsAhead extends InProcessMessageBus {
  protected override createWorker(handler: RecordHandler): PartitionWorker {
    return super.createWorker(async (record) => {
      handler(record).catch(() => {});
    });
  }
}
class SwallowsFailures extends InProcessMessageBus {
  protected override createWorker(handler: RecordHandler): PartitionWorker {
    return super.createWorker((record) => handler(record).catch(() => {}));
  }
}
class RetriesLater extends InProcessMessageBus {
  protected override createWorker(handler: RecordHandler): PartitionWorker {
    const again = (record: IncomingRecord): Promise<void> =>
      handler(record).catch(() => void setTimeout(() => void again(record), 5));
    return super.createWorker(again);
  }
}
class StartsAtTheBeginning extends InProcessMessageBus {
  private readonly history: OutgoingRecord[] = [];
  override async publish(topic: TopicName, records: readonly OutgoingRecord[]): Promise<void> {
    this.history.push(...records);
    await super.publish(topic, records);
  }
  override async consume(group: string, topics: readonly TopicName[], handler: RecordHandler): Promise<BusConsumer> {
    const consumer = await super.consume(group, topics, handler);
    for (const { key, value } of this.history)
      await handler({ topic: TOPICS.messages, key, value, partition: 0, position: 0, timestamp: 0 });
    return consumer;
  }
}
class PositionsLate extends InProcessMessageBus {
  override async consume(group: string, topics: readonly TopicName[], handler: RecordHandler): Promise<BusConsumer> {
    setTimeout(() => void super.consume(group, topics, handler), 5);
    return { close: async () => {} };
  }
}
class GroupsCompete extends InProcessMessageBus {
  private taken = new Set<string>();
  protected override createWorker(handler: RecordHandler): PartitionWorker {
    return super.createWorker(async (record) => {
      const place = `${record.topic}/${record.partition}/${record.position}`;
      if (this.taken.has(place)) return;
      this.taken.add(place);
      await handler(record);
    });
  }
}
class IgnoresTopics extends InProcessMessageBus {
  override consume(group: string, _topics: readonly TopicName[], handler: RecordHandler): Promise<BusConsumer> {
    return super.consume(group, Object.values(TOPICS), handler);
  }
}
class OneHandlerAtATime extends InProcessMessageBus {
  private tail: Promise<void> = Promise.resolve();
  protected override createWorker(handler: RecordHandler): PartitionWorker {
    return super.createWorker((record) => (this.tail = this.tail.then(() => handler(record))));
  }
}
class ClosesConsumersAtOnce extends InProcessMessageBus {
  override async consume(group: string, topics: readonly TopicName[], handler: RecordHandler): Promise<BusConsumer> {
    const consumer = await super.consume(group, topics, handler);
    return { close: async () => void consumer.close() };
  }
}
class NeverEndsConsumers extends InProcessMessageBus {
  override async consume(group: string, topics: readonly TopicName[], handler: RecordHandler): Promise<BusConsumer> {
    let running: Promise<void> = Promise.resolve();
    await super.consume(group, topics, (record) => (running = handler(record)));
    return { close: () => running };
  }
}
class ClaimsToBeAhead extends InProcessMessageBus {
  override handledUpTo(group: string): number {
    return super.handledUpTo(group) && Date.now();
  }
}
class NeverGetsOn extends InProcessMessageBus {
  override handledUpTo(group: string): number {
    return super.handledUpTo(group) && 1;
  }
}
class KnowsEveryGroup extends InProcessMessageBus {
  override handledUpTo(group: string): number {
    return super.handledUpTo(group) || Date.now();
  }
}
class ClosesAtOnce extends InProcessMessageBus {
  override async close(): Promise<void> {
    void super.close();
  }
}
class PublishesWhenClosed extends InProcessMessageBus {
  override async publish(topic: TopicName, records: readonly OutgoingRecord[]): Promise<void> {
    if (this.isUp()) await super.publish(topic, records);
  }
}
class StaysUp extends InProcessMessageBus {
  override isUp(): boolean {
    return true;
  }
}

const PLANTED: readonly (readonly [rule: string, ...(new (timers: BusTimers) => InProcessMessageBus)[]])[] = [
  ['a value arrives as a copy', SharesOneCopy, EncodesLate],
  ['a value that JSON cannot carry', TakesAnyValue, TakesHalfABatch],
  ['an unknown topic is an error', SwallowsUnknownTopics, ConsumesUnknownTopics],
  ['the records of a key keep the order', IgnoresKeys, HasOnePartition],
  ['the records of a partition are handled one at a time', RunsAhead],
  ['a record whose handler threw comes again', SwallowsFailures, RetriesLater, RunsAhead],
  ['a group sees nothing from before', StartsAtTheBeginning, PositionsLate],
  ['each group sees every record', GroupsCompete, IgnoresTopics],
  ['a group whose handler hangs', OneHandlerAtATime],
  ['closing a consumer waits', ClosesConsumersAtOnce, NeverEndsConsumers],
  ['handledUpTo stays before', ClaimsToBeAhead, NeverGetsOn, KnowsEveryGroup],
  ['close waits for the running handlers', ClosesAtOnce, PublishesWhenClosed, StaysUp],
];
const ruleNamed = (start: string): BusRule | undefined => MESSAGE_BUS_RULES.find(({ name }) => name.startsWith(start));

describe('the contract sees each rule that is taken away', () => {
  const patience = BUS_CONTRACT_PATIENCE.timeout;
  beforeEach(() => {
    BUS_CONTRACT_PATIENCE.timeout = 150;
  });
  afterEach(() => {
    BUS_CONTRACT_PATIENCE.timeout = patience;
  });

  it('plants at least one violation of every rule', () => {
    expect(PLANTED.map(([start]) => ruleNamed(start)?.name)).toEqual(MESSAGE_BUS_RULES.map(({ name }) => name));
  });

  const cases = PLANTED.flatMap(([start, ...mutants]) => mutants.map((Mutant) => ({ start, Mutant })));
  it.each(cases)('$Mutant.name breaks "$start"', async ({ start, Mutant }) => {
    await expect(checkBusRule(ruleNamed(start)!, async () => new Mutant(instantTimers()))).rejects.toThrow();
  });
});

describe('InProcessMessageBus', () => {
  it('waits twice as long after each failure, from 100 ms up to 5 s, and begins anew with the next record', async () => {
    const waits: number[] = [];
    const bus = new InProcessMessageBus(instantTimers(waits));
    let failures = 8;
    const seen: unknown[] = [];
    await bus.consume('g', [TOPICS.messages], async ({ value }) => {
      if (failures-- > 0) throw new Error('planted failure');
      seen.push(value);
      if (seen.length === 1) failures = 1;
    });
    await bus.publish(TOPICS.messages, [
      { key: 'k', value: 1 },
      { key: 'k', value: 2 },
    ]);
    await expect.poll(() => seen).toEqual([1, 2]);
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 100]);
    await bus.close();
  });

  it('goes on with other partitions while one waits for its next try', async () => {
    const bus = new InProcessMessageBus({ now: Date.now, after: () => () => {} });
    const seen: string[] = [];
    const done = new Promise<void>((resolve) => {
      void bus.consume('g', [TOPICS.messages], async ({ key }) => {
        if (key === 'g:1') throw new Error('planted failure');
        seen.push(key);
        resolve();
      });
    });
    await bus.publish(TOPICS.messages, [
      { key: 'g:1', value: 1 },
      { key: 'g:2', value: 2 },
    ]);
    await done;
    expect(seen).toEqual(['g:2']);
    await bus.close();
  });

  it('handles what waits before close resolves, and tries a failing record once more only', async () => {
    const bus = new InProcessMessageBus(instantTimers());
    const seen: number[] = [];
    let tries = 0;
    await bus.consume('g', [TOPICS.messages], async ({ value }) => {
      if (value === 0) {
        tries++;
        throw new Error('planted failure');
      }
      seen.push(value as number);
    });
    const values = Array.from({ length: 500 }, (_, value) => ({ key: 'k', value }));
    await bus.publish(TOPICS.messages, values);
    await bus.close();
    expect(seen).toEqual(values.slice(1).map(({ value }) => value));
    expect(tries).toBe(1);
  });

  it('refuses a second consumer under the name of one that is consuming', async () => {
    const bus = await open();
    const consumer = await bus.consume('g', [TOPICS.messages], async () => {});
    await expect(bus.consume('g', [TOPICS.messages], async () => {})).rejects.toThrow('consuming already');
    await consumer.close();
    await (await bus.consume('g', [TOPICS.messages], async () => {})).close();
  });

  it('lets the event loop turn while a long backlog is handled', async () => {
    const bus = await open();
    let handled = 0;
    await bus.consume('g', [TOPICS.messages], async () => void handled++);
    await bus.publish(
      TOPICS.messages,
      Array.from({ length: 5_000 }, (_, value) => ({ key: 'k', value })),
    );
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(handled).toBeLessThan(5_000);
    await bus.close();
    expect(handled).toBe(5_000);
  });
});
