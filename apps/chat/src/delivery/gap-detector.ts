/** What to do with a message event: nothing yet, nothing at all, or push it after the rows `from … seq - 1` of the database. */
export type Verdict = { readonly kind: 'wait' | 'drop' } | { readonly kind: 'push'; readonly from: number };

const WAIT: Verdict = { kind: 'wait' };
const DROP: Verdict = { kind: 'drop' };

interface Seen {
  last: number;
  at: number;
}

/**
 * Puts each conversation's messages into seq order at one instance (reliability.md 3.4, step 5). Knows the last seq of every conversation it
 * has seen, with or without local listeners; one conversation's events must be decided one after the other.
 */
export class GapDetector {
  private readonly seen = new Map<string, Seen>();

  constructor(private readonly now: () => number) {}

  /**
   * `fromSeq` is the baseline at first sight: what was published before it was committed lies ahead of us in the log or behind us for good.
   * A push of what was committed here (`local`) must not be the first sight, for what was published earlier may still lie ahead of us.
   */
  decide(conversationId: string, seq: number, fromSeq: number, local: boolean): Verdict {
    const known = this.seen.get(conversationId);
    if (!known) return local ? WAIT : { kind: 'push', from: Math.min(fromSeq, seq) };
    known.at = this.now();
    return seq <= known.last ? DROP : { kind: 'push', from: known.last + 1 };
  }

  /** Everything up to `seq` has been pushed. */
  delivered(conversationId: string, seq: number): void {
    const known = this.seen.get(conversationId);
    if (!known) this.seen.set(conversationId, { last: seq, at: this.now() });
    else if (seq > known.last) known.last = seq;
  }

  /** Conversations without an event since `before`. */
  listIdle(before: number): string[] {
    const idle: string[] = [];
    for (const [conversationId, { at }] of this.seen) if (at < before) idle.push(conversationId);
    return idle;
  }

  /** Forgets a conversation that had no event since `before`. */
  forget(conversationId: string, before: number): void {
    const known = this.seen.get(conversationId);
    if (known && known.at < before) this.seen.delete(conversationId);
  }

  get size(): number {
    return this.seen.size;
  }
}
