import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { AppError, TOPICS, type BusEvent, type MessageDto, type MessageEvent } from '@app/contracts';
import { BusContext, type IncomingRecord } from '@app/message-bus';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeliveryService } from './delivery.service.js';
import { MessageListener } from './message.listener.js';

const event: MessageEvent = {
  v: 1,
  kind: 'message',
  conversationId: 'p:1:2',
  membershipVersion: 0,
  outboxId: 3,
  seq: 1,
  fromSeq: 1,
  message: {
    id: 1,
    sender: { id: 1, username: 'ann' },
    receiver: { id: 2, username: 'bob' },
    groupId: null,
    content: 'a secret',
    timestamp: '2026-01-01T00:00:00.000Z',
    type: 'CHAT',
    status: 'DELIVERED',
    conversationId: 'p:1:2',
    seq: 1,
    clientMsgId: null,
  } satisfies MessageDto,
};

let accepted: BusEvent[];
let failure: unknown;
let listener: MessageListener;
let log: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  accepted = [];
  failure = null;
  const delivery = {
    accept: async (value: BusEvent) => {
      if (failure) throw failure;
      accepted.push(value);
    },
  };
  listener = new MessageListener(delivery as unknown as DeliveryService);
  log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const record = (position = 0, key = 'p:1:2'): IncomingRecord => ({
  topic: TOPICS.messages,
  key,
  value: null,
  partition: 4,
  position,
  timestamp: 0,
});
const receive = async (value: unknown, at = record()): Promise<void> => listener.onMessage(value, new BusContext([at]));

describe('MessageListener', () => {
  it('hands a good record on, without fields that it does not know', async () => {
    await receive({ ...event, added: 'by a later version' });
    expect(accepted).toEqual([event]);
    await listener.onReadReceipt(event, new BusContext([record(1)]));
    expect(accepted).toHaveLength(2);
  });

  it.each([
    ['nothing', null],
    ['a text', 'x'],
    ['another version', { ...event, v: 2 }],
    ['an unknown kind', { ...event, kind: 'surprise' }],
    ['a broken message', { ...event, message: { ...event.message, sender: null } }],
    ['a broken seq', { ...event, seq: 'a secret' }],
  ])('gives up a record with %s, names its place and its fields, and shows no content', async (_what, value) => {
    await receive(value);
    expect(accepted).toEqual([]);
    expect(log).toHaveBeenCalledTimes(1);
    expect(log.mock.calls[0]![0]).toMatch(/^Record messages\/4\/0 is given up: \S+ \S+/);
    expect(log.mock.calls[0]![0]).not.toContain('secret');
  });

  it('gives up a record under the key of another conversation', async () => {
    await receive(event, record(0, 'p:1:3'));
    expect([accepted.length, log.mock.calls.length]).toEqual([0, 1]);
  });

  it('lets a record come again for as long as the database is away', async () => {
    failure = new AppError('UNAVAILABLE');
    for (let attempt = 0; attempt < 50; attempt++) await expect(receive(event)).rejects.toBe(failure);
    failure = null;
    await receive(event);
    expect(accepted).toEqual([event]);
    expect(log).not.toHaveBeenCalled();
  });

  it('gives up a record that fails for another reason five times in a row, and counts the next one anew', async () => {
    failure = new TypeError('planted bug');
    for (let attempt = 1; attempt < 5; attempt++) await expect(receive(event)).rejects.toBe(failure);
    await receive(event);
    expect(log).toHaveBeenCalledWith('Record messages/4/0 is given up: planted bug');
    await expect(receive(event, record(1))).rejects.toBe(failure);
  });

  it('gives up at once what its error code says will never succeed', async () => {
    failure = new AppError('MALFORMED_EVENT');
    await receive(event);
    expect(log).toHaveBeenCalledTimes(1);
  });
});
