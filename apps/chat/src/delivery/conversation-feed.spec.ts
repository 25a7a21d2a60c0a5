import { AppError, type MessageDto, type MessageEvent } from '@app/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConversationFeed, type MessageSink, type MissedMessages } from './conversation-feed.js';
import { ConversationLanes } from './conversation-lanes.js';
import { GapDetector } from './gap-detector.js';
import type { MissedStretch } from './missed-messages.repository.js';

const C = 'g:1';
const messageOf = (seq: number): MessageDto => ({ conversationId: C, seq }) as MessageDto;
const event = (seq: number, fromSeq = seq): MessageEvent => ({
  v: 1,
  kind: 'message',
  conversationId: C,
  membershipVersion: 1,
  seq,
  fromSeq,
  message: messageOf(seq),
});

class Database implements MissedMessages {
  readonly reads: [number, number][] = [];
  away = false;
  gate: Promise<void> | null = null;

  async find(_conversationId: string, from: number, to: number): Promise<MissedStretch> {
    await this.gate;
    if (this.away) throw new AppError('UNAVAILABLE');
    this.reads.push([from, to]);
    const messages = Array.from({ length: to - from + 1 }, (_, index) => messageOf(from + index));
    return { messages, membershipVersion: 9 };
  }
}
class Sockets implements MessageSink {
  readonly pushed: number[] = [];
  readonly versions: number[] = [];
  failAt: number | null = null;

  pushMessage({ seq }: MessageDto, membershipVersion: number): Promise<void> | void {
    if (seq === this.failAt) return Promise.reject(new AppError('UNAVAILABLE'));
    this.pushed.push(seq);
    this.versions.push(membershipVersion);
    return undefined;
  }
}

let database: Database;
let sockets: Sockets;
let feed: ConversationFeed;
beforeEach(() => {
  database = new Database();
  sockets = new Sockets();
  feed = new ConversationFeed(new GapDetector(() => 0), new ConversationLanes(), database, sockets);
});

describe('ConversationFeed', () => {
  it('pushes an event that is next at once, without reading', () => {
    expect(feed.accept(event(1), false)).toBeUndefined();
    expect(feed.accept(event(2), true)).toBeUndefined();
    expect([sockets.pushed, sockets.versions, database.reads]).toEqual([[1, 2], [1, 1], []]);
  });

  it('reads what is missing, pushes it first, and drops what comes late', async () => {
    await feed.accept(event(1), false);
    await feed.accept(event(4), false);
    await feed.accept(event(2), false);
    await feed.accept(event(3), true);
    expect(sockets.pushed).toEqual([1, 2, 3, 4]);
    expect(database.reads).toEqual([[2, 3]]);
    expect(sockets.versions).toEqual([1, 9, 9, 1]);
  });

  it('begins at the baseline at first sight, and leaves first sight to the bus', async () => {
    await feed.accept(event(7, 6), true);
    expect(sockets.pushed).toEqual([]);
    await feed.accept(event(7, 6), false);
    expect(sockets.pushed).toEqual([6, 7]);
  });

  it('keeps the order while it waits for the database', async () => {
    let open = (): void => {};
    database.gate = new Promise((resolve) => (open = resolve));
    await feed.accept(event(1), false);
    const waiting = [feed.accept(event(3), false), feed.accept(event(4), true), feed.accept(event(5), false)];
    expect(sockets.pushed).toEqual([1]);
    open();
    for (const accepted of waiting) await accepted;
    expect(sockets.pushed).toEqual([1, 2, 3, 4, 5]);
  });

  it('rejects during an outage of the database, and heals when the event comes again', async () => {
    await feed.accept(event(1), false);
    database.away = true;
    await expect(feed.accept(event(3), false)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    database.away = false;
    await feed.accept(event(3), false);
    expect(sockets.pushed).toEqual([1, 2, 3]);
  });

  it('does not repeat what it pushed before a failure in the middle', async () => {
    await feed.accept(event(1), false);
    sockets.failAt = 3;
    await expect(feed.accept(event(4), false)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    sockets.failAt = null;
    await feed.accept(event(4), false);
    expect(sockets.pushed).toEqual([1, 2, 3, 4]);
  });

  it('reads a long stretch in parts', async () => {
    await feed.accept(event(1), false);
    await feed.accept(event(502), false);
    expect(database.reads).toEqual([
      [2, 201],
      [202, 401],
      [402, 501],
    ]);
    expect(sockets.pushed).toEqual(Array.from({ length: 502 }, (_, index) => index + 1));
  });

  it('catches up from the outbox: from the baseline, or from the last one it knows', async () => {
    await feed.catchUp(C, 7, 5);
    expect(sockets.pushed).toEqual([5, 6, 7]);
    await feed.catchUp(C, 7, 5);
    await feed.catchUp(C, 9, 6);
    await feed.accept(event(8), false);
    await feed.accept(event(10), false);
    expect(sockets.pushed).toEqual([5, 6, 7, 8, 9, 10]);
  });
});
