import type { BusEvent } from '@app/contracts';
import { InProcessMessageBus } from '@app/message-bus';
import { describe, expect, it } from 'vitest';
import { ConversationLanes } from './conversation-lanes.js';
import { GapDetector } from './gap-detector.js';
import { OutboxPoller, type OutboxReach } from './outbox-poller.js';
import { SeqKeeper } from './seq-keeper.js';

class Reach implements OutboxReach {
  readonly asked: number[] = [];
  needed = new Set<string>();
  async listHeads(since: number) {
    this.asked.push(since);
    return [
      { conversationId: 'g:1', seq: 4, fromSeq: 2 },
      { conversationId: 'g:2', seq: 9, fromSeq: 9 },
    ];
  }
  async listConversations(since: number): Promise<Set<string>> {
    this.asked.push(since);
    return this.needed;
  }
  async listOtherIds(): Promise<number[]> {
    return [11, 12, 13];
  }
  async listEvents(ids: readonly number[]) {
    return ids.map((id) => ({ id, event: { kind: 'read', readerId: id } as BusEvent }));
  }
}

class FixedBus extends InProcessMessageBus {
  upTo = 50_000;
  away = false;
  override isUp(): boolean {
    return !this.away;
  }
  override handledUpTo(): number {
    return this.upTo;
  }
}

describe('OutboxPoller', () => {
  it('hands on everything in reach while the bus is away, what is known left out', async () => {
    const [bus, reach] = [new FixedBus(), new Reach()];
    const taken: unknown[] = [];
    const delivery = {
      catchUp: (...head: unknown[]) => void taken.push(head),
      isKnown: (id: number) => id === 12,
      acceptOther: (id: number) => void taken.push(id),
    };
    const poller = new OutboxPoller(bus, reach, delivery, { group: 'g', reachMarginMs: 5_000 });
    await poller.poll();
    expect([taken, reach.asked]).toEqual([[], []]);
    bus.away = true;
    await poller.poll();
    expect(taken).toEqual([['g:1', 4, 2], ['g:2', 9, 9], 11, 13]);
    expect(reach.asked).toEqual([45_000]);
  });
});

describe('SeqKeeper', () => {
  const start = () => {
    let now = 0;
    const [bus, reach] = [new FixedBus(), new Reach()];
    const timers = { now: () => now, after: () => () => {} };
    const detector = new GapDetector(timers.now);
    const lanes = new ConversationLanes();
    const options = { group: 'g', reachMarginMs: 5_000, keepSeqMs: 600_000, timers };
    const keeper = new SeqKeeper(bus, detector, lanes, reach, options);
    for (const id of ['g:1', 'g:2', 'g:3']) detector.delivered(id, 1);
    return { bus, reach, detector, lanes, keeper, pass: (ms: number) => (now += ms) };
  };

  it('forgets after ten minutes of silence, but not what may still come and not what is being handled', async () => {
    const { reach, detector, lanes, keeper, pass } = start();
    reach.needed = new Set(['g:1']);
    pass(600_000);
    await keeper.sweep();
    expect([detector.size, reach.asked]).toEqual([3, []]);
    pass(1);
    let open = (): void => {};
    const handling = lanes.run('g:2', () => new Promise<void>((resolve) => (open = resolve)));
    await keeper.sweep();
    expect(detector.listIdle(Infinity)).toEqual(['g:1', 'g:2']);
    expect(reach.asked).toEqual([45_000]);
    open();
    await handling;
    await lanes.idle();
    await keeper.sweep();
    expect(detector.listIdle(Infinity)).toEqual(['g:1']);
  });

  it('forgets nothing while the bus is away', async () => {
    const { bus, detector, keeper, pass } = start();
    bus.away = true;
    pass(10_000_000);
    await keeper.sweep();
    expect(detector.size).toBe(3);
  });

  it('keeps a conversation that had an event while the rows were looked up', async () => {
    const { reach, detector, keeper, pass } = start();
    pass(600_001);
    reach.listConversations = async () => {
      detector.decide('g:1', 2, 2, false);
      return new Set();
    };
    await keeper.sweep();
    expect(detector.listIdle(Infinity)).toEqual(['g:1']);
  });
});
