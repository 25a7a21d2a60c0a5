import type { StompFrame } from '../codec/stomp-frame.js';
import { REFUSALS, StompRefusal } from './refusal.js';

export interface TransactionLimits {
  readonly transactionFrames: number;
  readonly transactionBytes: number;
}

/**
 * The open transactions of one session: SENDs wait in them until COMMIT (protocol.md, decision 12). The bounds hold for all of them together;
 * a SEND beyond them is refused and drops its transaction, so that no part of it can be committed.
 */
export class SessionTransactions {
  private readonly open = new Map<string, StompFrame[]>();
  private frames = 0;
  private bytes = 0;

  constructor(private readonly limits: TransactionLimits) {}

  begin(id: string): void {
    if (this.open.has(id)) throw refused('This transaction has begun already');
    if (this.open.size >= this.limits.transactionFrames) throw refused('Too many transactions');
    this.open.set(id, []);
  }

  add(id: string, frame: StompFrame): void {
    const held = this.open.get(id);
    if (held === undefined) throw refused('There is no such transaction');
    this.frames++;
    this.bytes += frame.body.length;
    // a copy: the body is a view that keeps the whole chunk it came in
    held.push({ ...frame, body: Buffer.from(frame.body) });
    if (this.frames > this.limits.transactionFrames || this.bytes > this.limits.transactionBytes) {
      this.take(id);
      throw refused('The transaction is too large and was dropped');
    }
  }

  /** Ends a transaction and answers its frames in order. */
  commit(id: string): readonly StompFrame[] {
    if (!this.open.has(id)) throw refused('There is no such transaction');
    return this.take(id);
  }

  /** Ends a transaction without effect; an unknown one has none either. */
  abort(id: string): void {
    this.take(id);
  }

  private take(id: string): readonly StompFrame[] {
    const held = this.open.get(id) ?? [];
    this.open.delete(id);
    this.frames -= held.length;
    for (const { body } of held) this.bytes -= body.length;
    return held;
  }
}

const refused = (message: string): StompRefusal => new StompRefusal(REFUSALS.BAD_REQUEST, message);
