import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { TOPICS, type MessageDto } from '@app/contracts';
import { createTestDatabase, toDbTime, type TestDatabase } from '@app/database';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chatSchema } from '../database/index.js';
import { InstanceLease } from './instance-lease.js';
import { InstanceLeaseRepository } from './instance-lease.repository.js';
import { DEFAULT_OUTBOX_OPTIONS } from './outbox.options.js';
import type { AppendedRecord, OutgoingEvent } from './outbox-record.js';
import { OutboxReachRepository } from './outbox-reach.repository.js';
import { OutboxRepository } from './outbox.repository.js';
import { OutboxUpkeepRepository } from './outbox-upkeep.repository.js';

const HOUR = 3_600_000;
let now: number;
let test: TestDatabase;
let upkeep: OutboxUpkeepRepository;
let reach: OutboxReachRepository;

beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  test = await createTestDatabase([chatSchema], { clock: () => now });
  upkeep = new OutboxUpkeepRepository(test.database);
  const timers = { now: () => now, after: () => () => {} };
  reach = new OutboxReachRepository(test.database, upkeep, { ...DEFAULT_OUTBOX_OPTIONS, instanceId: 'x', timers });
});
afterEach(() => test.dispose());

/** An instance's own view of the outbox, its lease taken. */
async function instance(instanceId: string): Promise<{ lease: InstanceLease; outbox: OutboxRepository }> {
  const options = { ...DEFAULT_OUTBOX_OPTIONS, instanceId, monotonic: () => now };
  const lease = new InstanceLease(new InstanceLeaseRepository(test.database), options);
  await lease.acquire();
  return { lease, outbox: new OutboxRepository(test.database, lease) };
}

const message = (row: number, seq: number): OutgoingEvent => ({
  topic: TOPICS.messages,
  conversationRowId: row,
  event: {
    v: 1,
    kind: 'message',
    conversationId: `g:${row}`,
    membershipVersion: 0,
    seq,
    message: { content: `m ${row}/${seq}` } as MessageDto,
  },
});
const renamed = (row: number): OutgoingEvent => ({
  topic: TOPICS.messages,
  conversationRowId: row,
  event: {
    v: 1,
    kind: 'group-renamed',
    conversationId: `g:${row}`,
    membershipVersion: 1,
    groupId: row,
    name: 'n',
    createdBy: 1,
    userIds: [1, 2],
  },
});
const append = (outbox: OutboxRepository, ...events: OutgoingEvent[]): Promise<AppendedRecord[]> =>
  test.database.transaction((em) => outbox.append(em, events));
const ids = (records: readonly { readonly id: number }[]): number[] => records.map(({ id }) => id);
const rows = <T>(sql: string): Promise<T[]> => test.database.read.query(sql);

describe('OutboxRepository', () => {
  it('answers the rows as they stand in the table', async () => {
    const { outbox } = await instance('a');
    await append(outbox, message(7, 1));
    const records = await append(outbox, message(1, 1), renamed(1), message(2, 5));
    expect(ids(records)).toEqual([2, 3, 4]);
    expect(records.map(({ key, owner, topic }) => [key, owner, topic])).toEqual([
      ['g:1', 'a', TOPICS.messages],
      ['g:1', 'a', TOPICS.messages],
      ['g:2', 'a', TOPICS.messages],
    ]);
    expect((await outbox.listUnpublished('a', 10)).slice(1)).toEqual(records);
    expect(
      await rows('SELECT id, aggregatetype, aggregateid, type, seq, from_seq, created_at FROM outbox WHERE id > 2'),
    ).toEqual([
      {
        id: 3,
        aggregatetype: 'conversation',
        aggregateid: 'g:1',
        type: 'group-renamed',
        seq: null,
        from_seq: null,
        created_at: toDbTime(now),
      },
      {
        id: 4,
        aggregatetype: 'conversation',
        aggregateid: 'g:2',
        type: 'message',
        seq: 5,
        from_seq: 5,
        created_at: toDbTime(now),
      },
    ]);
  });

  it('stamps the lowest unpublished seq of the conversation, whoever owns it', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    const [first] = await append(a.outbox, message(1, 1), message(1, 2), message(2, 1));
    const later = await append(b.outbox, message(1, 3), message(2, 2), message(3, 1));
    expect(later.map(({ event }) => 'fromSeq' in event && event.fromSeq)).toEqual([1, 1, 1]);
    await a.outbox.markPublished([first!.id]);
    const last = await append(b.outbox, message(1, 4));
    expect(last.map(({ event }) => 'fromSeq' in event && event.fromSeq)).toEqual([2]);
  });

  it('writes nothing when the transaction is rolled back', async () => {
    const { outbox } = await instance('a');
    const failing = test.database.transaction(async (em) => {
      await outbox.append(em, [message(1, 1)]);
      throw new Error('planted failure');
    });
    await expect(failing).rejects.toThrow('planted failure');
    expect(await outbox.listUnpublished('a', 10)).toEqual([]);
    expect(ids(await append(outbox, message(1, 1)))).toEqual(ids(await outbox.listUnpublished('a', 10)));
  });

  it('lists the rows of one owner by id, as many as asked', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    await append(a.outbox, message(1, 1), message(1, 2));
    await append(b.outbox, message(1, 3));
    await append(a.outbox, message(1, 4));
    expect(ids(await a.outbox.listUnpublished('a', 2))).toEqual([1, 2]);
    expect(ids(await a.outbox.listUnpublished('a', 9))).toEqual([1, 2, 4]);
    expect(ids(await a.outbox.listUnpublished('b', 9))).toEqual([3]);
  });

  it('marks many rows, and keeps the time of those that were marked before', async () => {
    const { outbox } = await instance('a');
    const records = await append(outbox, ...Array.from({ length: 1_100 }, (_, index) => message(1, index + 1)));
    await outbox.markPublished([5]);
    now += 1_000;
    await outbox.markPublished(ids(records).slice(0, 1_099));
    expect(ids(await outbox.listUnpublished('a', 9))).toEqual([1_100]);
    expect(
      await rows('SELECT published_at AS at, COUNT(*) AS n FROM outbox GROUP BY published_at ORDER BY at'),
    ).toEqual([
      { at: null, n: 1 },
      { at: toDbTime(now - 1_000), n: 1 },
      { at: toDbTime(now), n: 1_098 },
    ]);
  });

  it('buries a row with its reason, its failures and its payload', async () => {
    const { outbox } = await instance('a');
    await append(outbox, message(1, 1), message(1, 2));
    await outbox.countFailure(1);
    await outbox.countFailure(1);
    await outbox.bury(1, `too big ${'x'.repeat(600)}`);
    expect(ids(await outbox.listUnpublished('a', 9))).toEqual([2]);
    const [dead] = await rows<Record<string, unknown>>('SELECT * FROM outbox_dead');
    expect(dead).toMatchObject({ id: 1, aggregateid: 'g:1', seq: 1, attempts: 2, died_at: toDbTime(now) });
    expect(dead!['reason']).toHaveLength(500);
    expect(JSON.parse(dead!['payload'] as string)).toMatchObject({ kind: 'message', seq: 1, fromSeq: 1 });
  });

  it('gives null for a payload that is no JSON', async () => {
    const { outbox } = await instance('a');
    await append(outbox, message(1, 1));
    await test.database.writer.query("UPDATE outbox SET payload = '{'");
    expect((await outbox.listUnpublished('a', 1))[0]!.event).toBeNull();
  });
});

describe('InstanceLease', () => {
  it('is renewed by the holder, with a fence above any before', async () => {
    const { lease } = await instance('a');
    await instance('b');
    now += 4_000;
    expect(await lease.renew()).toBe(true);
    expect(lease.owner).toBe('a');
    expect(await rows('SELECT id, fence, expires_at FROM instances ORDER BY id')).toEqual([
      { id: 'a', fence: 1, expires_at: toDbTime(now + 5_000) },
      { id: 'b', fence: 2, expires_at: toDbTime(now + 1_000) },
    ]);
  });

  it('counts as held until 5 s after the renewal was asked for, and is renewed then if nobody took it', async () => {
    const { lease } = await instance('a');
    now += 4_999;
    expect(lease.isHeld()).toBe(true);
    now += 1;
    expect(lease.isHeld()).toBe(false);
    expect(await lease.ensureHeld()).toBe(true);
    expect([lease.isHeld(), lease.owner]).toEqual([true, 'a']);
  });

  it('goes on under a new name and a new fence when its rows were adopted', async () => {
    const { lease, outbox } = await instance('a');
    await append(outbox, message(1, 1));
    let fenced = 0;
    lease.onFenced(() => fenced++);
    now += 5_001;
    await instance('b');
    expect(await upkeep.adopt('b', false)).toBe(1);
    expect(await lease.ensureHeld()).toBe(true);
    expect(lease.owner).toMatch(/^a-[0-9a-f]{8}$/);
    expect(fenced).toBe(1);
    const [record] = await append(outbox, message(1, 2));
    expect(record!.owner).toBe(lease.owner);
    expect(await rows(`SELECT fence FROM instances WHERE id = '${lease.owner}'`)).toEqual([{ fence: 3 }]);
  });

  it('is not held while the database is away, and says so without throwing', async () => {
    const { lease } = await instance('a');
    await test.database.close();
    now += 5_000;
    expect(await lease.ensureHeld()).toBe(false);
  });

  it('leaves no row behind when it is given back', async () => {
    const { lease } = await instance('a');
    await lease.release();
    expect(await rows('SELECT id FROM instances')).toEqual([]);
    expect(lease.isHeld()).toBe(false);
  });
});

describe('adoption', () => {
  it('leaves the rows of the living alone and takes those of the dead, in one piece', async () => {
    const [a, b, c] = [await instance('a'), await instance('b'), await instance('c')];
    await append(a.outbox, message(1, 1), message(1, 2));
    await append(b.outbox, message(2, 1));
    await append(c.outbox, message(3, 1));
    await c.outbox.markPublished([4]);
    expect(await upkeep.adopt('b', false)).toBe(0);
    now += 5_001;
    await b.lease.renew();
    expect(await upkeep.adopt('b', false)).toBe(2);
    expect(ids(await b.outbox.listUnpublished('b', 9))).toEqual([1, 2, 3]);
    expect(await upkeep.adopt('b', false)).toBe(0);
  });

  it('gives each row to exactly one of several who try at once', async () => {
    const dead = await instance('dead');
    await append(dead.outbox, message(1, 1), message(1, 2));
    now += 5_001;
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => instance(name)));
    const adopted = await Promise.all(names.map((name) => upkeep.adopt(name, false)));
    expect(adopted.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 2]);
  });

  it('takes, later again, what an owner without any lease wrote', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    await a.lease.release();
    await append(a.outbox, message(1, 1));
    expect(await upkeep.adopt('b', false)).toBe(1);
    await append(a.outbox, message(1, 2));
    expect(await upkeep.adopt('b', false)).toBe(1);
    expect(ids(await b.outbox.listUnpublished('b', 9))).toEqual([1, 2]);
  });

  it('takes everything at once where one process alone holds the data', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    await append(a.outbox, message(1, 1));
    await append(b.outbox, message(1, 2));
    expect(await upkeep.adopt('b', true)).toBe(1);
    expect(ids(await b.outbox.listUnpublished('b', 9))).toEqual([1, 2]);
    expect(await rows('SELECT id FROM instances')).toEqual([{ id: 'b' }]);
  });
});

describe('upkeep', () => {
  it('names each owner once and counts what is unpublished', async () => {
    expect(await upkeep.listOwners()).toEqual([]);
    expect(await upkeep.countUnpublished()).toBe(0);
    for (const name of ['b', 'a', 'c']) {
      const { outbox } = await instance(name);
      await append(outbox, message(1, 1), message(1, 2));
      await outbox.markPublished([1]);
    }
    expect(await upkeep.listOwners()).toEqual(['a', 'b', 'c']);
    expect(await upkeep.countUnpublished()).toBe(5);
  });

  it('deletes what was published a day ago, a thousand at a time, and nothing else', async () => {
    const { outbox } = await instance('a');
    const old = await append(outbox, ...Array.from({ length: 2_500 }, (_, index) => message(1, index + 1)));
    await outbox.markPublished(ids(old).filter((id) => id !== 7));
    now += HOUR;
    const young = await append(outbox, message(1, 2_501));
    await outbox.markPublished(ids(young));
    now += 23 * HOUR + 1;
    expect(await upkeep.deletePublished(24 * HOUR)).toBe(2_499);
    expect(await rows('SELECT id FROM outbox ORDER BY id')).toEqual([{ id: 7 }, { id: 2_501 }]);
    expect(await upkeep.deletePublished(24 * HOUR)).toBe(0);
  });

  it('forgets instances whose lease ran out long ago', async () => {
    await instance('a');
    now += 30_000;
    await instance('b');
    await upkeep.forgetInstances(60_000);
    expect(await rows('SELECT id FROM instances ORDER BY id')).toEqual([{ id: 'a' }, { id: 'b' }]);
    now += 36_000;
    await upkeep.forgetInstances(60_000);
    expect(await rows('SELECT id FROM instances ORDER BY id')).toEqual([{ id: 'b' }]);
  });
});

describe('OutboxReachRepository', () => {
  it('shows per conversation what is unpublished, or was published since, of any owner', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    await append(a.outbox, message(1, 1), message(1, 2), message(2, 1));
    await a.outbox.markPublished([1, 2, 3]);
    now += 10_000;
    const since = now;
    await append(b.outbox, message(1, 3), message(3, 1));
    await b.outbox.markPublished([5]);
    await append(a.outbox, message(1, 4), renamed(4));
    expect(await reach.listHeads(since)).toEqual([
      { conversationId: 'g:1', seq: 4, fromSeq: 3 },
      { conversationId: 'g:3', seq: 1, fromSeq: 1 },
    ]);
    expect(await reach.listConversations(since)).toEqual(new Set(['g:1', 'g:3', 'g:4']));
    expect(await reach.listConversations(since + 1)).toEqual(new Set(['g:1', 'g:4']));
    expect((await reach.listHeads(0)).map(({ conversationId }) => conversationId)).toEqual(['g:1', 'g:2', 'g:3']);
    expect(await reach.listOtherIds(since)).toEqual([7]);
    const [event] = await reach.listEvents([7]);
    expect(event).toMatchObject({ id: 7, event: { kind: 'group-renamed', groupId: 4 } });
  });

  it('is empty on an empty outbox', async () => {
    expect(await reach.listHeads(0)).toEqual([]);
    expect(await reach.listEvents([])).toEqual([]);
  });
});
