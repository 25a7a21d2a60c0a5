import type { PageRequest } from '@app/http-kit';

/** The seqs a conversation holds: `first` to `last`, without gaps; empty when `last < first`. */
export interface SeqRange {
  readonly first: number;
  readonly last: number;
}

/** A stretch of a conversation in the order in which it is shown; empty when `to < from`. */
export interface SeqWindow {
  readonly from: number;
  readonly to: number;
  readonly descending: boolean;
  /** Whether the conversation goes on beyond the window, in its direction. */
  readonly hasMore: boolean;
}

/** `afterSeq=N` or `beforeSeq=N`. */
export interface Cursor {
  readonly direction: 'after' | 'before';
  readonly seq: number;
  readonly size: number;
}

const window = (from: number, to: number, descending: boolean, range: SeqRange): SeqWindow => ({
  from,
  to,
  descending,
  hasMore: descending ? from > range.first && to >= range.first : to < range.last && from <= range.last,
});

/** The window of a page by arithmetic, so that a deep page costs what the first one does. Time sorts as seq. */
export function pageWindow(range: SeqRange, { offset, size, sort }: PageRequest): SeqWindow {
  if (sort[0]?.direction === 'desc') {
    const to = range.last - offset;
    return window(Math.max(range.first, to - size + 1), to, true, range);
  }
  const from = range.first + offset;
  return window(from, Math.min(range.last, from + size - 1), false, range);
}

/** The `size` messages after the cursor, ascending, or before it, descending. */
export function cursorWindow(range: SeqRange, { direction, seq, size }: Cursor): SeqWindow {
  if (direction === 'before') {
    const to = Math.min(range.last, seq - 1);
    return window(Math.max(range.first, to - size + 1), to, true, range);
  }
  const from = Math.max(range.first, seq + 1);
  return window(from, Math.min(range.last, from + size - 1), false, range);
}
