import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { TOPICS } from '@app/contracts';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_OUTBOX_OPTIONS } from './outbox.options.js';
import { OutboxRelay } from './outbox-relay.js';
import type { AppendedRecord, OutboxRecord } from './outbox-record.js';
import { TestBus, TestLease, TestStore, TestTimers, appended, many } from './relay.fixture.js';

let timers: TestTimers;
let bus: TestBus;
let store: TestStore;
let lease: TestLease;
let relay: OutboxRelay;

beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  timers = new TestTimers();
  bus = new TestBus(timers);
  store = new TestStore();
  lease = new TestLease();
  relay = new OutboxRelay(store, lease, bus, {
    ...DEFAULT_OUTBOX_OPTIONS,
    instanceId: 'me',
    timers,
    batch: 10,
    memory: 20,
  });
  await relay.publishNext();
  store.reads = 0;
});

const commit = (records: readonly AppendedRecord[]): void => {
  store.rows.push(...records);
  relay.committed(records);
};
const drain = async (): Promise<void> => {
  while ((await relay.publishNext()).nextInMs === 0);
};

describe('OutboxRelay', () => {
  it('publishes what was committed here in order and in batches, without reading the table', async () => {
    commit(many(1, 15));
    expect(await relay.publishNext()).toEqual({ published: 10, nextInMs: 0 });
    expect(await relay.publishNext()).toEqual({ published: 5, nextInMs: 0 });
    expect(await relay.publishNext()).toEqual({ published: 0, nextInMs: null });
    expect(bus.ids).toEqual(many(1, 15).map(({ id }) => id));
    expect(bus.batches).toEqual([10, 5]);
    expect(store.reads).toBe(0);
  });

  it('publishes under the key of the conversation, on its topic, with the id of the row', async () => {
    commit([appended(1, 'p:1:2'), appended(2, 'p:1:3', 'me', TOPICS.readReceipts)]);
    await drain();
    expect(bus.published.map(({ key }) => key)).toEqual(['p:1:2', 'p:1:3']);
    expect(bus.published[0]!.value).toEqual({ ...appended(1, 'p:1:2').event, outboxId: 1 });
    expect(bus.batches).toEqual([1, 1]);
  });

  it('marks what was published, all at once, and nothing else', async () => {
    commit(many(1, 12));
    await relay.publishNext();
    await relay.markPublished();
    expect(store.marks).toEqual([many(1, 10).map(({ id }) => id)]);
    await relay.markPublished();
    expect(store.marks).toHaveLength(1);
  });

  it('marks again what could not be marked', async () => {
    commit(many(1, 2));
    await drain();
    store.broken = true;
    await expect(relay.markPublished()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    store.broken = false;
    await relay.markPublished();
    expect(store.marks).toEqual([[1, 2]]);
  });

  it('tells those who listen at once of what was committed', () => {
    const heard: number[] = [];
    relay.onCommitted((records) => heard.push(...records.map(({ id }) => id)));
    commit(many(1, 2));
    expect(heard).toEqual([1, 2]);
  });

  it('reads the table after a poke, and publishes nothing twice', async () => {
    commit(many(3, 4));
    await relay.publishNext();
    store.rows.unshift(...many(1, 2));
    relay.poke();
    await drain();
    expect(bus.ids).toEqual([3, 4, 1, 2]);
  });

  it('holds no more than its memory; the rest is read from the table in order', async () => {
    bus.away = true;
    commit(many(1, 20));
    commit(many(21, 50));
    await relay.publishNext();
    expect(relay.backlog).toEqual({ unpublished: 20, unmarked: 0, mustRead: true });
    bus.away = false;
    await drain();
    expect(bus.ids).toEqual(many(1, 50).map(({ id }) => id));
    expect(relay.backlog.mustRead).toBe(false);
  });

  it('keeps the order when rows are committed while the table is read', async () => {
    store.rows.push(...many(1, 25));
    relay.poke();
    const list = store.listUnpublished.bind(store);
    store.listUnpublished = async (owner, limit) => {
      const rows = await list(owner, limit);
      const id = store.rows.length + 1;
      if (id < 30) commit([appended(id)]);
      return rows;
    };
    await drain();
    expect(bus.ids).toEqual(store.rows.map(({ id }) => id));
  });

  it('waits through an outage of the bus, longer each time up to 5 s, and loses nothing', async () => {
    bus.away = true;
    commit(many(1, 3));
    const waits: (number | null)[] = [];
    for (let step = 0; step < 8; step++) waits.push((await relay.publishNext()).nextInMs);
    expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
    timers.advance(24 * 3_600_000);
    await relay.publishNext();
    expect([store.dead, store.failures]).toEqual([[], []]);
    bus.away = false;
    await drain();
    expect(bus.ids).toEqual([1, 2, 3]);
  });

  it('publishes nothing while the lease cannot be confirmed', async () => {
    commit(many(1, 3));
    lease.held = false;
    expect(await relay.publishNext()).toEqual({ published: 0, nextInMs: 500 });
    expect(bus.published).toEqual([]);
    lease.held = true;
    await drain();
    expect(bus.ids).toEqual([1, 2, 3]);
  });

  it('leaves its rows to their new owner when it was fenced, and publishes under the new name', async () => {
    commit(many(1, 3));
    lease.fence('me-2');
    commit([appended(4, 'g:1', 'me'), appended(5, 'g:1', 'me-2')]);
    await drain();
    expect(bus.ids).toEqual([5]);
  });

  it('hands a row that a frozen transaction committed under the old name to listeners, not to the bus', async () => {
    await drain();
    lease.owner = 'me-2';
    const heard: number[] = [];
    relay.onCommitted((records) => heard.push(...records.map(({ id }) => id)));
    commit([appended(1, 'g:1', 'me')]);
    await drain();
    expect([heard, bus.ids]).toEqual([[1], []]);
  });

  it('reads again when the table could not be read', async () => {
    store.rows.push(...many(1, 2));
    relay.poke();
    store.broken = true;
    await expect(relay.publishNext()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    store.broken = false;
    await drain();
    expect(bus.ids).toEqual([1, 2]);
  });
});

describe('OutboxRelay and a record that the bus refuses', () => {
  beforeEach(() => {
    bus.refuses = ({ key }) => key === 'g:9';
  });

  const retry = async (times: number): Promise<void> => {
    for (let turn = 0; turn < times; turn++) {
      await drain();
      timers.advance(10_000);
    }
  };

  it('lets the other conversations pass, and keeps the order of the one that waits', async () => {
    commit([appended(1, 'g:1'), appended(2, 'g:9'), appended(3, 'g:2'), appended(4, 'g:9'), appended(5, 'g:1')]);
    await drain();
    expect(bus.ids).toEqual([1, 3, 5]);
    expect(await relay.publishNext()).toEqual({ published: 0, nextInMs: 1_000 });
    bus.refuses = () => false;
    timers.advance(1_000);
    await drain();
    expect(bus.ids).toEqual([1, 3, 5, 2, 4]);
    expect(store.failures).toEqual([2]);
  });

  it('moves it to the dead ones after ten failures over a minute, and goes on', async () => {
    commit([appended(1, 'g:9'), appended(2, 'g:1')]);
    await retry(9);
    expect(store.dead).toEqual([]);
    await retry(1);
    expect(store.dead).toEqual([{ id: 1, reason: 'planted refusal' }]);
    expect(store.failures).toHaveLength(10);
    expect(relay.backlog.unpublished).toBe(0);
  });

  it('does not give it up within a minute, however often it failed', async () => {
    commit([appended(1, 'g:9')]);
    for (let turn = 0; turn < 15; turn++) {
      await drain();
      timers.advance(turn < 5 ? 10_000 : 0);
    }
    expect(store.dead).toEqual([]);
  });

  it('counts a payload that is no JSON as such a record', async () => {
    bus.refuses = () => false;
    store.rows.push({ ...appended(1), event: null } satisfies OutboxRecord, appended(2, 'g:2'));
    relay.poke();
    await retry(10);
    expect(bus.ids).toEqual([2]);
    expect(store.dead).toEqual([{ id: 1, reason: 'The payload is no JSON' }]);
  });

  it('does not count an outage in between', async () => {
    commit([appended(1, 'g:9')]);
    await retry(5);
    bus.away = true;
    await retry(20);
    expect(store.dead).toEqual([]);
    expect(store.failures).toHaveLength(5);
  });
});
