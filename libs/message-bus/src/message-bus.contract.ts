import { TOPICS, type TopicName } from '@app/contracts';
import { describe, expect, it, vi } from 'vitest';
import type { IncomingRecord, MessageBus, RecordHandler } from './message-bus.js';

/** A rule of the port as a check that any adapter can be put to; rejects when the adapter breaks it. */
export interface BusRule {
  readonly name: string;
  check(bus: MessageBus): Promise<void>;
}

const { messages, readReceipts } = TOPICS;
/** How long a rule waits for what must come; the spec that plants violations lowers it. */
export const BUS_CONTRACT_PATIENCE = { timeout: 15_000, interval: 5 };
let groups = 0;
const newGroup = (): string => `contract-${process.pid}-${Date.now()}-${groups++}`;
const until = (check: () => void): Promise<void> => vi.waitFor(check, BUS_CONTRACT_PATIENCE);

/** A handler's hold-up that the rule lets go, also when it fails. */
async function withGate(work: (gate: Promise<void>, release: () => void) => Promise<void>): Promise<void> {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  try {
    await work(gate, release);
  } finally {
    release();
  }
}

interface Follower {
  readonly records: IncomingRecord[];
  values(): unknown[];
  close(): Promise<void>;
}

async function follow(bus: MessageBus, handler?: RecordHandler, topics: TopicName[] = [messages]): Promise<Follower> {
  const records: IncomingRecord[] = [];
  const consumer = await bus.consume(newGroup(), topics, async (record) => {
    await handler?.(record);
    records.push(record);
  });
  return { records, values: () => records.map((record) => record.value), close: () => consumer.close() };
}

const numbered = (key: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ key, value: { key, n: from + index } }));

const carriesValuesAsJson: BusRule = {
  name: 'a value arrives as a copy of its own that went through JSON',
  async check(bus) {
    const first = await follow(bus, async ({ value }) => {
      (value as { list: number[] }).list.push(99);
    });
    const second = await follow(bus);
    const sent = { at: new Date(0), gone: undefined, list: [1] };
    const publishing = bus.publish(messages, [{ key: 'p:1:2', value: sent }]);
    sent.list.push(2);
    await publishing;
    await until(() => expect([...first.records, ...second.records]).toHaveLength(2));
    expect(second.values()).toEqual([{ at: '1970-01-01T00:00:00.000Z', list: [1] }]);
    expect(Object.keys(second.values()[0] as object)).toEqual(['at', 'list']);
  },
};

const refusesWhatJsonCannotCarry: BusRule = {
  name: 'a value that JSON cannot carry is refused, and nothing of its batch is taken',
  async check(bus) {
    const follower = await follow(bus);
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const value of [undefined, cycle, 1n, () => 1]) {
      const batch = [...numbered('p:1:2', 1), { key: 'p:1:2', value }];
      await expect(bus.publish(messages, batch)).rejects.toThrow(TypeError);
    }
    await bus.publish(messages, [{ key: 'p:1:2', value: 'last' }]);
    await until(() => expect(follower.values().at(-1)).toBe('last'));
    expect(follower.values()).toEqual(['last']);
  },
};

const refusesUnknownTopics: BusRule = {
  name: 'an unknown topic is an error, for publishing and for consuming',
  async check(bus) {
    for (const topic of ['no-such-topic', 'toString'] as unknown as TopicName[]) {
      await expect(bus.publish(topic, numbered('p:1:2', 1))).rejects.toThrow(TypeError);
      await expect(bus.consume(newGroup(), [messages, topic], async () => {})).rejects.toThrow(TypeError);
    }
  },
};

const keepsOrderPerKey: BusRule = {
  name: 'the records of a key keep the order in which they were published, in one partition with growing positions',
  async check(bus) {
    const keys = Array.from({ length: 20 }, (_, index) => `g:${index + 1}`);
    const follower = await follow(bus, async () => {
      await new Promise<void>((resolve) => setImmediate(resolve));
    });
    const batches = [0, 10, 20].map((from) =>
      bus.publish(
        messages,
        Array.from({ length: 10 }, (_, n) => keys.map((key) => ({ key, value: { key, n: from + n } }))).flat(),
      ),
    );
    await Promise.all(batches);
    await until(() => expect(follower.records).toHaveLength(600));
    for (const key of keys) {
      const own = follower.records.filter((record) => record.key === key);
      expect(own.map(({ value }) => (value as { n: number }).n)).toEqual(Array.from({ length: 30 }, (_, n) => n));
      expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
      expect(own.every((record, index) => index === 0 || record.position > own[index - 1]!.position)).toBe(true);
    }
    expect(new Set(follower.records.map(({ partition }) => partition)).size).toBeGreaterThan(1);
  },
};

const handlesOneAtATime: BusRule = {
  name: 'the records of a partition are handled one at a time',
  async check(bus) {
    let running = 0;
    let most = 0;
    const follower = await follow(bus, async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => setImmediate(resolve));
      running--;
    });
    await Promise.all([0, 1, 2].map((n) => bus.publish(messages, numbered('p:1:2', 20, n * 20))));
    await until(() => expect(follower.records).toHaveLength(60));
    expect(most).toBe(1);
  },
};

const redeliversWhatFailed: BusRule = {
  name: 'a record whose handler threw comes again, before any later one of its key',
  async check(bus) {
    const attempts: number[] = [];
    const follower = await follow(bus, async ({ value }) => {
      const { n } = value as { n: number };
      attempts.push(n);
      if (n === 1 && attempts.filter((attempt) => attempt === 1).length < 3) throw new Error('planted failure');
    });
    await bus.publish(messages, numbered('p:1:2', 4));
    await until(() => expect(follower.records).toHaveLength(4));
    expect(attempts).toEqual([0, 1, 1, 1, 2, 3]);
  },
};

const startsAtTheEnd: BusRule = {
  name: 'a group sees nothing from before it was positioned and everything from then on',
  async check(bus) {
    await bus.publish(messages, [{ key: 'p:1:2', value: 'before' }]);
    const early = await follow(bus);
    await bus.publish(messages, [{ key: 'p:1:2', value: 'between' }]);
    const late = await follow(bus);
    await bus.publish(messages, [{ key: 'p:1:2', value: 'after' }]);
    await until(() => expect([early.values().at(-1), late.values().at(-1)]).toEqual(['after', 'after']));
    expect(early.values()).toEqual(['between', 'after']);
    expect(late.values()).toEqual(['after']);
  },
};

const showsEverythingToEachGroup: BusRule = {
  name: 'each group sees every record of its topics, and of no other topic',
  async check(bus) {
    const both = [
      await follow(bus, undefined, [messages, readReceipts]),
      await follow(bus, undefined, [messages, readReceipts]),
    ];
    const receipts = await follow(bus, undefined, [readReceipts]);
    await bus.publish(messages, numbered('p:1:2', 5));
    await bus.publish(readReceipts, numbered('p:1:2', 5));
    await until(() => expect([...both, receipts].map(({ records }) => records.length)).toEqual([10, 10, 5]));
    expect(new Set(receipts.records.map(({ topic }) => topic))).toEqual(new Set([readReceipts]));
    expect(new Set(both[0]!.records.map(({ topic }) => topic))).toEqual(new Set([messages, readReceipts]));
  },
};

const aSlowGroupHoldsUpNoOther: BusRule = {
  name: 'a group whose handler hangs holds up no other group',
  check: (bus) =>
    withGate(async (gate, release) => {
      const slow = await follow(bus, () => gate);
      const quick = await follow(bus);
      await bus.publish(messages, numbered('p:1:2', 3));
      await until(() => expect(quick.records).toHaveLength(3));
      expect(slow.records).toHaveLength(0);
      release();
      await until(() => expect(slow.records).toHaveLength(3));
    }),
};

const closingAConsumerWaits: BusRule = {
  name: 'closing a consumer waits for its handler, after which no record comes',
  check: (bus) =>
    withGate(async (gate, release) => {
      const seen: unknown[] = [];
      let finished = false;
      const consumer = await bus.consume(newGroup(), [messages], async ({ value }) => {
        seen.push(value);
        await gate;
        finished = true;
      });
      const other = await follow(bus);
      await bus.publish(messages, numbered('p:1:2', 3));
      await until(() => expect(seen).toHaveLength(1));
      const closing = consumer.close().then(() => finished);
      setImmediate(release);
      expect(await closing).toBe(true);
      await consumer.close();
      await bus.publish(messages, [{ key: 'p:1:2', value: 'last' }]);
      await until(() => expect(other.values().at(-1)).toBe('last'));
      expect(seen).toHaveLength(1);
    }),
};

const tellsHowFarItHandled: BusRule = {
  name: 'handledUpTo stays before a record until it was handled, then passes it, and is 0 for a group that does not consume',
  check: (bus) =>
    withGate(async (gate, release) => {
      const group = newGroup();
      expect(bus.handledUpTo(group)).toBe(0);
      const started = vi.fn<() => void>();
      await bus.consume(group, [messages], async () => {
        started();
        await gate;
      });
      await bus.publish(messages, numbered('p:1:2', 1));
      const taken = Date.now();
      await until(() => expect(started).toHaveBeenCalled());
      await until(() => expect(Date.now()).toBeGreaterThan(taken + 5));
      expect(bus.handledUpTo(group)).toBeGreaterThan(0);
      expect(bus.handledUpTo(group)).toBeLessThanOrEqual(taken);
      release();
      await until(() => expect(bus.handledUpTo(group)).toBeGreaterThan(taken));
    }),
};

const endsOnClose: BusRule = {
  name: 'close waits for the running handlers; afterwards publishing is refused as UNAVAILABLE and the bus is down',
  check: (bus) =>
    withGate(async (gate, release) => {
      const started = vi.fn<() => void>();
      const follower = await follow(bus, () => {
        started();
        return gate;
      });
      expect(bus.isUp()).toBe(true);
      await bus.publish(messages, numbered('p:1:2', 1));
      await until(() => expect(started).toHaveBeenCalled());
      setImmediate(release);
      await bus.close();
      expect(follower.records).toHaveLength(1);
      await bus.close();
      expect(bus.isUp()).toBe(false);
      await expect(bus.publish(messages, numbered('p:1:2', 1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(bus.consume(newGroup(), [messages], async () => {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }),
};

export const MESSAGE_BUS_RULES: readonly BusRule[] = [
  carriesValuesAsJson,
  refusesWhatJsonCannotCarry,
  refusesUnknownTopics,
  keepsOrderPerKey,
  handlesOneAtATime,
  redeliversWhatFailed,
  startsAtTheEnd,
  showsEverythingToEachGroup,
  aSlowGroupHoldsUpNoOther,
  closingAConsumerWaits,
  tellsHowFarItHandled,
  endsOnClose,
];

/** Puts one rule to a bus of its own. */
export async function checkBusRule(rule: BusRule, open: () => Promise<MessageBus>): Promise<void> {
  const bus = await open();
  try {
    await rule.check(bus);
  } finally {
    await bus.close();
  }
}

/** The contract of the port, for every adapter. `open` gives a new bus; what it holds from before must not matter. */
export function describeMessageBus(adapter: string, open: () => Promise<MessageBus>): void {
  describe(`MessageBus contract: ${adapter}`, () => {
    it.each(MESSAGE_BUS_RULES)('$name', async (rule) => {
      await expect(checkBusRule(rule, open)).resolves.toBeUndefined();
    });
  });
}
