/**
 * How far a member has read, in constant space (architecture.md, "The store"). Everything up to `readSeq` is read, the member's own, or from before
 * the stay; above it stand `ownAfter` own messages and `readAhead` messages that were read out of order. Between calls `readSeq + 1` is either
 * unread or beyond the end, so that the unread count is one subtraction.
 */
export interface ReadState {
  readonly joinedSeq: number;
  /** Null while the stay is open. */
  readonly leftSeq: number | null;
  readonly readSeq: number;
  readonly ownAfter: number;
  readonly readAhead: number;
}

/** What stands above a watermark; asked only when the watermark moves over own messages or messages read ahead. */
export interface AboveWatermark {
  /** The lowest seq above `seq` that is neither own nor read, one beyond the end when there is none. */
  firstUnreadAfter(seq: number): Promise<number>;
  /** Own messages with `after < seq <= upTo`. */
  countOwn(after: number, upTo: number): Promise<number>;
  /** Messages read ahead with `after < seq <= upTo`. */
  countReadAhead(after: number, upTo: number): Promise<number>;
}

/** The state of a stay that begins after `lastSeq`: what was there before never counts. */
export const joinedAt = (lastSeq: number): ReadState => ({
  joinedSeq: lastSeq,
  leftSeq: null,
  readSeq: lastSeq,
  ownAfter: 0,
  readAhead: 0,
});

/** Whether `seq` falls into the stay. */
export const isMemberAt = ({ joinedSeq, leftSeq }: Pick<ReadState, 'joinedSeq' | 'leftSeq'>, seq: number): boolean =>
  joinedSeq < seq && (leftSeq === null || seq <= leftSeq);

/** Others' messages of this stay that the member has not read. */
export function unread(state: Omit<ReadState, 'joinedSeq'>, lastSeq: number): number {
  const end = Math.min(lastSeq, state.leftSeq ?? lastSeq);
  return Math.max(0, end - state.readSeq - state.ownAfter - state.readAhead);
}

/** The member's own message got `seq`, the newest of the conversation. */
export const ownSend = (state: ReadState, seq: number): ReadState =>
  seq === state.readSeq + 1 ? { ...state, readSeq: seq } : { ...state, ownAfter: state.ownAfter + 1 };

/** The member read `seq`: another's message above `readSeq`, not read before. */
export const markOne = async (state: ReadState, seq: number, above: AboveWatermark): Promise<ReadState> =>
  seq === state.readSeq + 1 ? advance(state, seq, above) : { ...state, readAhead: state.readAhead + 1 };

/** The member read everything up to `seq`, which is at most the last one. A `seq` at or below the watermark changes nothing. */
export const readUpTo = async (state: ReadState, seq: number, above: AboveWatermark): Promise<ReadState> =>
  seq <= state.readSeq ? state : advance(state, seq, above);

/** Moves the watermark to `seq` and on over what is own or read above it; what it passes no longer counts as standing above. */
async function advance(state: ReadState, seq: number, above: AboveWatermark): Promise<ReadState> {
  if (state.ownAfter + state.readAhead === 0) return { ...state, readSeq: seq };
  const readSeq = (await above.firstUnreadAfter(seq)) - 1;
  const own = state.ownAfter === 0 ? 0 : await above.countOwn(state.readSeq, readSeq);
  const ahead = state.readAhead === 0 ? 0 : await above.countReadAhead(state.readSeq, readSeq);
  return { ...state, readSeq, ownAfter: state.ownAfter - own, readAhead: state.readAhead - ahead };
}
