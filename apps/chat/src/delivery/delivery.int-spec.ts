import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { TOPICS, type MessageDto, type ReadReceipt } from '@app/contracts';
import { toDbTime } from '@app/database';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutgoingEvent } from '../outbox/index.js';
import { TestInstances, type TestInstance } from './instances.fixture.js';
import type { TestSocket } from './live-sockets.fixture.js';

const REPLY = '/user/queue/reply';
const EVENTS = '/user/queue/events';
let world: TestInstances;
let first: TestInstance;
let second: TestInstance;

beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  world = await TestInstances.open();
  first = await world.start('one');
  second = await world.start('two');
});
afterEach(() => world.close());

const seqs = (socket: TestSocket, destination: string): number[] =>
  socket.bodies<MessageDto>(destination).map(({ seq }) => seq);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const unpublished = async (): Promise<number> =>
  (await world.read<{ n: number }>('SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL'))[0]!.n;

const read = (): OutgoingEvent => ({
  topic: TOPICS.readReceipts,
  conversationRowId: 1,
  event: {
    v: 1,
    kind: 'read',
    conversationId: 'p:1:2',
    membershipVersion: 0,
    readerId: 2,
    reader: 'user2',
    readSeq: 1,
    unreadCount: 0,
    receipts: [{ senderId: 1, messageId: 1, sender: 'user1', receiver: 'user2', conversationId: 'p:1:2', seq: 1 }],
  },
});

describe('delivery over two instances', () => {
  it('brings each private message once, in order, to every device of both, wherever it was sent', async () => {
    const [receiverHere, receiverThere] = [await first.sockets.connect(2), await second.sockets.connect(2)];
    const [senderHere, senderThere] = [await first.sockets.connect(1), await second.sockets.connect(1)];
    for (let n = 0; n < 20; n++) {
      await Promise.all([first.send(1, { receiver: 2 }, `a${n}`), second.send(1, { receiver: 2 }, `b${n}`)]);
    }
    for (const receiver of [receiverHere, receiverThere]) {
      await vi.waitFor(() => expect(seqs(receiver, REPLY)).toEqual(range(1, 40)));
    }
    for (const sender of [senderHere, senderThere]) {
      await vi.waitFor(() => expect(sender.messages(EVENTS)).toHaveLength(40));
      const sent = sender.bodies<{ kind: string; message: MessageDto }>(EVENTS);
      expect(sent.map(({ kind, message }) => [kind, message.seq])).toEqual(
        range(1, 40).map((seq) => ['MESSAGE_SENT', seq]),
      );
    }
    expect(senderHere.messages(REPLY)).toEqual([]);
  });

  it('answers the sender and pushes the same message', async () => {
    const receiver = await second.sockets.connect(2);
    const answer = await first.send(1, { receiver: 2 }, 'hi');
    await vi.waitFor(() => expect(receiver.bodies(REPLY)).toEqual([answer]));
    expect(answer).toMatchObject({ status: 'DELIVERED', conversationId: 'p:1:2', seq: 1 });
  });

  it('brings a group message to members on both instances, and to nobody after the removal', async () => {
    const groupId = await world.createGroup([1, 2, 3]);
    const topic = `/topic/${groupId}`;
    const member = await second.sockets.connect(2, topic);
    const [leaverHere, leaverThere] = [await first.sockets.connect(3, topic), await second.sockets.connect(3, topic)];
    await first.send(1, { groupId }, 'one');
    for (const socket of [member, leaverHere, leaverThere]) {
      await vi.waitFor(() => expect(seqs(socket, topic)).toEqual([1]));
    }
    await world.removeMember(groupId, 3);
    await first.send(1, { groupId }, 'two');
    await second.send(2, { groupId }, 'three');
    await vi.waitFor(() => expect(seqs(member, topic)).toEqual([1, 2, 3]));
    await vi.waitFor(async () => expect(await unpublished()).toBe(0));
    expect([seqs(leaverHere, topic), seqs(leaverThere, topic)]).toEqual([[1], [1]]);
  });

  it('brings receipts and group changes once, though they come locally and by the bus', async () => {
    const [senderHere, senderThere] = [await first.sockets.connect(1), await second.sockets.connect(1)];
    const reader = await second.sockets.connect(2);
    await first.commit(read());
    await first.send(2, { receiver: 1 }, 'after');
    for (const socket of [senderHere, senderThere]) {
      await vi.waitFor(() => expect(seqs(socket, REPLY)).toEqual([1]));
      expect(socket.bodies<ReadReceipt>('/user/queue/read').map(({ messageId }) => messageId)).toEqual([1]);
    }
    await vi.waitFor(() =>
      expect(reader.bodies(EVENTS)).toContainEqual({
        kind: 'READ',
        conversationId: 'p:1:2',
        readSeq: 1,
        unreadCount: 0,
      }),
    );
  });
});

describe('delivery in trouble', () => {
  it('goes on while the bus is away, in order, and doubles nothing when it is back', async () => {
    const [here, there] = [await first.sockets.connect(2), await second.sockets.connect(2)];
    const sender = await second.sockets.connect(1);
    await first.send(1, { receiver: 2 }, 'before');
    await vi.waitFor(() => expect(seqs(there, REPLY)).toEqual([1]));
    world.bus.away = true;
    for (let n = 0; n < 5; n++) await first.send(1, { receiver: 2 }, `away ${n}`);
    await first.commit(read());
    await second.send(1, { receiver: 2 }, 'from the other');
    for (const socket of [here, there]) await vi.waitFor(() => expect(seqs(socket, REPLY)).toEqual(range(1, 7)));
    await vi.waitFor(() => expect(sender.bodies('/user/queue/read')).toHaveLength(1));
    expect(await unpublished()).toBeGreaterThanOrEqual(7);
    world.bus.away = false;
    await vi.waitFor(async () => expect(await unpublished()).toBe(0), { timeout: 10_000 });
    await first.send(1, { receiver: 2 }, 'last');
    for (const socket of [here, there]) await vi.waitFor(() => expect(seqs(socket, REPLY)).toEqual(range(1, 8)));
    expect(sender.bodies('/user/queue/read')).toHaveLength(1);
  });

  it('pushes what an instance committed and did not live to publish', async () => {
    const sender = await first.sockets.connect(1);
    const doomed = await world.start('doomed');
    await doomed.commitOnly(read());
    expect(sender.bodies('/user/queue/read')).toEqual([]);
    await doomed.close();
    await vi.waitFor(() => expect(sender.bodies('/user/queue/read')).toHaveLength(1));
    await vi.waitFor(async () => expect(await unpublished()).toBe(0));
  });

  it('pushes what was committed though the answer to COMMIT was lost', async () => {
    const sender = await second.sockets.connect(1);
    await first.commitOnly(read());
    await vi.waitFor(() => expect(sender.bodies('/user/queue/read')).toHaveLength(1));
  });

  it('takes a dead process over at once where it alone holds the data', async () => {
    const sender = await first.sockets.connect(1);
    await world.write('INSERT INTO instances (id, fence, expires_at) VALUES (?, 99, ?)', [
      'dead',
      toDbTime(Date.now() + 60_000),
    ]);
    const { topic, event } = read();
    await world.write(
      `INSERT INTO outbox (topic, aggregatetype, aggregateid, type, payload, conversation_id, owner, created_at)
        VALUES (?, 'conversation', ?, ?, ?, 1, 'dead', ?)`,
      [topic, event.conversationId, event.kind, JSON.stringify(event), toDbTime(0)],
    );
    await world.start('successor', true);
    await vi.waitFor(() => expect(sender.bodies('/user/queue/read')).toHaveLength(1));
  });

  it('publishes and marks everything before it ends', async () => {
    const receiver = await second.sockets.connect(2);
    const sending = Array.from({ length: 200 }, (_, n) => first.send(1, { receiver: 2 }, `${n}`));
    await Promise.all(sending);
    await first.close();
    expect(await unpublished()).toBe(0);
    await vi.waitFor(() => expect(seqs(receiver, REPLY)).toEqual(range(1, 200)));
    expect(await world.read("SELECT id FROM instances WHERE id = 'one'")).toEqual([]);
  });

  it('ignores a record that nobody can read, and goes on', async () => {
    const receiver = await second.sockets.connect(2);
    await world.bus.publish(TOPICS.messages, [{ key: 'p:1:2', value: { v: 1, kind: 'message', seq: 'x' } }]);
    await first.send(1, { receiver: 2 }, 'hi');
    await vi.waitFor(() => expect(seqs(receiver, REPLY)).toEqual([1]));
  });
});
