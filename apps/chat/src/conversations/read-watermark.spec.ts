import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  isMemberAt,
  joinedAt,
  markOne,
  ownSend,
  readUpTo,
  unread,
  type AboveWatermark,
  type ReadState,
} from './read-watermark.js';

/** A conversation as one member sees it: what is own and what is read, by seq. */
class Seen {
  state: ReadState;
  readonly own = new Set<number>();
  readonly read = new Set<number>();
  asked = 0;

  constructor(
    public lastSeq = 0,
    private readonly joinedSeq = lastSeq,
  ) {
    this.state = joinedAt(joinedSeq);
  }

  receive(): void {
    this.lastSeq += 1;
  }

  send(): void {
    this.lastSeq += 1;
    this.own.add(this.lastSeq);
    this.state = ownSend(this.state, this.lastSeq);
  }

  async mark(seq: number): Promise<void> {
    if (seq <= this.state.readSeq || this.own.has(seq) || this.read.has(seq)) return;
    this.state = await markOne(this.state, seq, this.above());
    this.read.add(seq);
  }

  async upTo(seq: number): Promise<void> {
    this.state = await readUpTo(this.state, seq, this.above());
    for (const each of this.seqs()) if (each <= seq && !this.own.has(each)) this.read.add(each);
  }

  naiveUnread(): number {
    return this.seqs().filter((seq) => !this.own.has(seq) && !this.read.has(seq)).length;
  }

  naiveReadSeq(): number {
    return (this.seqs().find((seq) => !this.own.has(seq) && !this.read.has(seq)) ?? this.lastSeq + 1) - 1;
  }

  private seqs(): number[] {
    return Array.from({ length: this.lastSeq - this.joinedSeq }, (_, index) => this.joinedSeq + index + 1);
  }

  private above(): AboveWatermark {
    const count = (set: Set<number>, after: number, upTo: number): Promise<number> => {
      this.asked += 1;
      return Promise.resolve([...set].filter((seq) => seq > after && seq <= upTo).length);
    };
    return {
      firstUnreadAfter: (seq) => {
        this.asked += 1;
        const next = this.seqs().find((each) => each > seq && !this.own.has(each) && !this.read.has(each));
        return Promise.resolve(next ?? this.lastSeq + 1);
      },
      countOwn: (after, upTo) => count(this.own, after, upTo),
      countReadAhead: (after, upTo) => count(this.read, after, upTo),
    };
  }
}

describe('a read watermark', () => {
  it('starts at the end: what was there before never counts', () => {
    expect(unread(joinedAt(7), 7)).toBe(0);
    expect(unread(joinedAt(7), 9)).toBe(2);
  });

  it('moves with own messages as long as nothing is unread', () => {
    expect(ownSend(joinedAt(0), 1)).toMatchObject({ readSeq: 1, ownAfter: 0 });
    expect(ownSend(joinedAt(0), 3)).toMatchObject({ readSeq: 0, ownAfter: 1 });
  });

  it('keeps what is read out of order apart until it reaches it', async () => {
    const seen = new Seen();
    for (let n = 0; n < 4; n += 1) seen.receive();
    await seen.mark(2);
    await seen.mark(3);
    expect(seen.state).toMatchObject({ readSeq: 0, readAhead: 2 });
    expect(unread(seen.state, 4)).toBe(2);
    await seen.mark(1);
    expect(seen.state).toMatchObject({ readSeq: 3, readAhead: 0 });
    expect(unread(seen.state, 4)).toBe(1);
  });

  it('asks for nothing when messages are read in order', async () => {
    const seen = new Seen();
    for (let n = 0; n < 5; n += 1) seen.receive();
    for (let seq = 1; seq <= 3; seq += 1) await seen.mark(seq);
    await seen.upTo(5);
    expect(seen.state.readSeq).toBe(5);
    expect(seen.asked).toBe(0);
  });

  it('changes nothing when it is told what it knows', async () => {
    const seen = new Seen();
    seen.receive();
    await seen.upTo(1);
    expect(await readUpTo(seen.state, 1, undefined as never)).toBe(seen.state);
  });

  it('counts a closed stay up to its end only', () => {
    expect(unread({ ...joinedAt(2), leftSeq: 5 }, 9)).toBe(3);
    expect([2, 3, 5, 6].map((seq) => isMemberAt({ joinedSeq: 2, leftSeq: 5 }, seq))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  const step = fc.oneof(
    fc.constant({ kind: 'receive' as const, seq: 0 }),
    fc.constant({ kind: 'send' as const, seq: 0 }),
    fc.record({ kind: fc.constantFrom('mark' as const, 'upTo' as const), seq: fc.nat(14) }),
  );

  it('equals a count over all messages after any steps', async () => {
    const property = fc.asyncProperty(fc.nat(5), fc.array(step, { maxLength: 40 }), async (joinedSeq, steps) => {
      const seen = new Seen(joinedSeq);
      for (const { kind, seq } of steps) {
        if (kind === 'receive' || kind === 'send') seen[kind]();
        else if (joinedSeq + seq <= seen.lastSeq) await seen[kind](joinedSeq + seq);
        expect(unread(seen.state, seen.lastSeq)).toBe(seen.naiveUnread());
        expect(seen.state.readSeq).toBe(seen.naiveReadSeq());
      }
    });
    await fc.assert(property, { numRuns: 500 });
  });
});
