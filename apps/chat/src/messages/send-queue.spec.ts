import { AppError, type MessageDto } from '@app/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AcceptedBatch } from './send-acceptor.js';
import { SendQueue, type Acceptor, type SendQueueOptions } from './send-queue.js';
import type { Send, SendOutcome } from './send.js';

const send = (content: string): Send => ({
  senderId: 1,
  target: { kind: 'PRIVATE', receiverId: 2 },
  content,
  clientMsgId: null,
});
const message = ({ content }: Send): MessageDto => ({ content }) as MessageDto;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Batches wait until the test lets them go. */
class GatedAcceptor implements Acceptor {
  readonly batches: string[][] = [];
  readonly alone: string[] = [];
  readonly log: string[] = [];
  private readonly gates: ((error?: unknown) => void)[] = [];
  answerTo: (send: Send) => SendOutcome = message;
  failAlone: (send: Send) => Error | null = () => null;

  acceptBatch(batch: readonly Send[]): Promise<AcceptedBatch> {
    this.batches.push(batch.map(({ content }) => content));
    return new Promise((resolve, reject) => {
      this.gates.push((error) => {
        if (error) reject(error);
        else resolve(this.accepted(batch));
      });
    });
  }

  async acceptAlone(one: Send): Promise<AcceptedBatch> {
    this.alone.push(one.content);
    const error = this.failAlone(one);
    if (error) throw error;
    return this.accepted([one]);
  }

  async open(error?: unknown): Promise<void> {
    this.gates.shift()?.(error);
    await turn();
  }

  private accepted(batch: readonly Send[]): AcceptedBatch {
    return { outcomes: batch.map(this.answerTo), afterAnswers: () => this.log.push(`after ${batch.length}`) };
  }
}

describe('SendQueue', () => {
  let acceptor: GatedAcceptor;
  let now: number;
  beforeEach(() => {
    acceptor = new GatedAcceptor();
    now = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const create = (options: Partial<SendQueueOptions> = {}): SendQueue =>
    new SendQueue(acceptor, { clock: () => now, ...options });
  const enqueue = (queue: SendQueue, ...contents: string[]): Promise<PromiseSettledResult<MessageDto>[]> =>
    Promise.allSettled(contents.map((content) => queue.enqueue(send(content))));

  it('takes what came in one turn of the event loop as one batch, in order', async () => {
    const queue = create();
    const all = enqueue(queue, 'a', 'b', 'c');
    expect(acceptor.batches).toEqual([]);
    await turn();
    expect(acceptor.batches).toEqual([['a', 'b', 'c']]);
    await acceptor.open();
    expect((await all).map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  });

  it('takes what is there without waiting for more, and what comes meanwhile next', async () => {
    const queue = create();
    void enqueue(queue, 'a');
    await turn();
    void enqueue(queue, 'b', 'c');
    await turn();
    expect(acceptor.batches).toEqual([['a']]);
    await acceptor.open();
    await turn();
    expect(acceptor.batches).toEqual([['a'], ['b', 'c']]);
  });

  it('keeps a batch within its size and runs as many batches as it has workers', async () => {
    const sizes: number[] = [];
    const queue = create({ workers: 2, maxBatch: 2, onBatch: (size) => sizes.push(size) });
    void enqueue(queue, 'a', 'b', 'c', 'd', 'e');
    await turn();
    await turn();
    await turn();
    expect(acceptor.batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    await acceptor.open();
    await turn();
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('answers each send by itself', async () => {
    acceptor.answerTo = (one) => (one.content === 'bad' ? new AppError('BLOCKED') : message(one));
    const all = enqueue(create(), 'good', 'bad', 'fine');
    await turn();
    await acceptor.open();
    expect(await all).toMatchObject([
      { value: { content: 'good' } },
      { reason: { code: 'BLOCKED' } },
      { value: { content: 'fine' } },
    ]);
  });

  it('hands the messages over after the answers', async () => {
    const answered = create()
      .enqueue(send('a'))
      .then(() => acceptor.log.push('answered'));
    await turn();
    await acceptor.open();
    await answered;
    expect(acceptor.log.toSorted()).toEqual(['after 1', 'answered']);
  });

  it('tries one by one when a batch fails by the fault of one', async () => {
    acceptor.failAlone = (one) => (one.content === 'bad' ? new Error('poison') : null);
    const all = enqueue(create(), 'good', 'bad', 'fine');
    await turn();
    await acceptor.open(new Error('poison'));
    expect(await all).toMatchObject([
      { value: { content: 'good' } },
      { reason: new Error('poison') },
      { value: { content: 'fine' } },
    ]);
    expect(acceptor.alone).toEqual(['good', 'bad', 'fine']);
  });

  it.each(['UNAVAILABLE', 'OUTCOME_UNKNOWN'] as const)('tells everybody %s without trying again', async (code) => {
    const all = enqueue(create(), 'a', 'b');
    await turn();
    await acceptor.open(new AppError(code));
    expect(await all).toMatchObject([{ reason: { code } }, { reason: { code } }]);
    expect(acceptor.alone).toEqual([]);
  });

  it('refuses at once beyond its capacity', async () => {
    const queue = create({ capacity: 2 });
    void enqueue(queue, 'a', 'b');
    await expect(queue.enqueue(send('c'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(queue.length).toBe(2);
  });

  it('refuses what has waited too long behind a batch that hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const queue = create({ maxWaitMs: 1_000 });
    void enqueue(queue, 'hangs');
    await turn();
    const overdue = enqueue(queue, 'overdue');
    now = 700;
    const inTime = enqueue(queue, 'in time');
    now = 1_000;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await overdue).toMatchObject([{ reason: { code: 'UNAVAILABLE' } }]);
    await acceptor.open();
    await turn();
    expect(acceptor.batches).toEqual([['hangs'], ['in time']]);
    await acceptor.open();
    expect(await inTime).toMatchObject([{ status: 'fulfilled' }]);
  });

  it('is idle when nothing waits and nothing is under way', async () => {
    const queue = create();
    await queue.whenIdle();
    void enqueue(queue, 'a');
    let idle = false;
    const waiting = queue.whenIdle().then(() => (idle = true));
    await turn();
    expect(idle).toBe(false);
    await acceptor.open();
    await waiting;
    expect(idle).toBe(true);
  });
});
