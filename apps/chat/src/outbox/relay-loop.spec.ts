import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_OUTBOX_OPTIONS } from './outbox.options.js';
import { OutboxRelay } from './outbox-relay.js';
import { RelayLoop } from './relay-loop.js';
import { TestBus, TestLease, TestStore, TestTimers, appended, many } from './relay.fixture.js';

let timers: TestTimers;
let bus: TestBus;
let store: TestStore;
let relay: OutboxRelay;
let loop: RelayLoop;

beforeAll(() => Logger.overrideLogger(false));
beforeEach(() => {
  timers = new TestTimers();
  bus = new TestBus(timers);
  store = new TestStore();
  const options = { ...DEFAULT_OUTBOX_OPTIONS, instanceId: 'me', timers };
  relay = new OutboxRelay(store, new TestLease(), bus, options);
  loop = new RelayLoop(relay, options);
  loop.start();
});
afterEach(() => loop.stop(0));

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};
const commit = (from: number, to = from): void => {
  const records = many(from, to);
  store.rows.push(...records);
  relay.committed(records);
};

describe('RelayLoop', () => {
  it('publishes as soon as something is committed', async () => {
    await turns();
    commit(1);
    await vi.waitFor(() => expect(bus.ids).toEqual([1]));
    commit(2, 3);
    await vi.waitFor(() => expect(bus.ids).toEqual([1, 2, 3]));
  });

  it('publishes at the start what stands in the table', async () => {
    await loop.stop(0);
    store.rows.push(...many(1, 3));
    const options = { ...DEFAULT_OUTBOX_OPTIONS, instanceId: 'me', timers };
    relay = new OutboxRelay(store, new TestLease(), bus, options);
    loop = new RelayLoop(relay, options);
    loop.start();
    await vi.waitFor(() => expect(bus.ids).toEqual([1, 2, 3]));
  });

  it('gathers what is committed while a publish is under way into the next one', async () => {
    await turns();
    let release = (): void => {};
    bus.gate = new Promise((resolve) => (release = resolve));
    commit(1);
    await turns();
    for (let id = 2; id <= 40; id++) commit(id);
    bus.gate = null;
    release();
    await vi.waitFor(() => expect(bus.ids).toHaveLength(40));
    expect(bus.batches).toEqual([1, 39]);
  });

  it('marks 100 ms after the first publish, together with what was published since', async () => {
    await turns();
    commit(1);
    await turns();
    timers.advance(60);
    commit(2);
    await turns();
    timers.advance(39);
    await turns();
    expect(store.marks).toEqual([]);
    timers.advance(1);
    await vi.waitFor(() => expect(store.marks).toEqual([[1, 2]]));
  });

  it('marks at once what has become much', async () => {
    await turns();
    commit(1, 1_000);
    await vi.waitFor(() => expect(store.marks.flat()).toHaveLength(1_000));
  });

  it('tries again after an outage of the bus, without being woken', async () => {
    await turns();
    bus.away = true;
    commit(1);
    await turns();
    bus.away = false;
    timers.advance(199);
    await turns();
    expect(bus.ids).toEqual([]);
    timers.advance(1);
    await vi.waitFor(() => expect(bus.ids).toEqual([1]));
  });

  it('survives a table that cannot be read', async () => {
    await turns();
    store.broken = true;
    relay.poke();
    await turns();
    store.broken = false;
    store.rows.push(appended(1));
    timers.advance(500);
    await vi.waitFor(() => expect(bus.ids).toEqual([1]));
  });

  it('publishes and marks what is there before it stops', async () => {
    await turns();
    commit(1, 500);
    await loop.stop(3_000);
    expect(bus.ids).toHaveLength(500);
    expect(store.marks.flat()).toHaveLength(500);
    expect(timers.pending).toBe(0);
  });

  it('stops at once while the bus is away', async () => {
    await turns();
    bus.away = true;
    commit(1);
    await turns();
    await loop.stop(3_000);
    expect(bus.ids).toEqual([]);
  });

  it('stops within its bound when a publish hangs', async () => {
    await turns();
    let release = (): void => {};
    bus.gate = new Promise((resolve) => (release = resolve));
    commit(1);
    await turns();
    const stopped = vi.fn<() => void>();
    const stopping = loop.stop(3_000).then(stopped);
    await turns();
    expect(stopped).not.toHaveBeenCalled();
    timers.advance(3_000);
    await stopping;
    release();
  });
});
