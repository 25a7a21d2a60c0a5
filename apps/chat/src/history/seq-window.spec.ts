import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { PageRequest } from '@app/http-kit';
import { cursorWindow, pageWindow, type SeqWindow } from './seq-window.js';

const page = (number: number, size: number, direction: 'asc' | 'desc' = 'asc'): PageRequest => ({
  page: number,
  size,
  offset: number * size,
  sort: [{ field: 'seq', direction }],
});
const seqs = ({ from, to, descending }: SeqWindow): number[] => {
  const ascending = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  return descending ? ascending.toReversed() : ascending;
};

describe('a page of seqs', () => {
  it('is what OFFSET and LIMIT over all of them would give', () => {
    const arbitrary = [fc.nat(30), fc.nat(4), fc.nat(9), fc.integer({ min: 1, max: 9 }), fc.boolean()] as const;
    const property = fc.property(...arbitrary, (count, pruned, number, size, descending) => {
      const range = { first: pruned + 1, last: pruned + count };
      const all = Array.from({ length: count }, (_, index) => range.first + index);
      const ordered = descending ? all.toReversed() : all;
      const window = pageWindow(range, page(number, size, descending ? 'desc' : 'asc'));
      expect(seqs(window)).toEqual(ordered.slice(number * size, number * size + size));
      expect(window.hasMore).toBe((number + 1) * size < count && number * size < count);
    });
    fc.assert(property);
  });

  it('is empty far beyond the end', () => {
    expect(seqs(pageWindow({ first: 1, last: 5 }, page(999_999_999, 100)))).toEqual([]);
    expect(seqs(pageWindow({ first: 1, last: 5 }, page(999_999_999, 100, 'desc')))).toEqual([]);
  });
});

describe('a slice of seqs', () => {
  const range = { first: 3, last: 10 };
  const slice = (direction: 'after' | 'before', seq: number, size: number): [number[], boolean] => {
    const window = cursorWindow(range, { direction, seq, size });
    return [seqs(window), window.hasMore];
  };

  it('goes on after the cursor', () => {
    expect(slice('after', 0, 3)).toEqual([[3, 4, 5], true]);
    expect(slice('after', 5, 3)).toEqual([[6, 7, 8], true]);
    expect(slice('after', 7, 3)).toEqual([[8, 9, 10], false]);
    expect(slice('after', 10, 3)).toEqual([[], false]);
    expect(slice('after', 99, 3)).toEqual([[], false]);
  });

  it('goes back before the cursor', () => {
    expect(slice('before', 99, 3)).toEqual([[10, 9, 8], true]);
    expect(slice('before', 8, 3)).toEqual([[7, 6, 5], true]);
    expect(slice('before', 6, 3)).toEqual([[5, 4, 3], false]);
    expect(slice('before', 3, 3)).toEqual([[], false]);
    expect(slice('before', 0, 3)).toEqual([[], false]);
  });

  it('is empty where nothing was written', () => {
    const empty = { first: 1, last: 0 };
    for (const direction of ['after', 'before'] as const) {
      const window = cursorWindow(empty, { direction, seq: 5, size: 10 });
      expect([seqs(window), window.hasMore]).toEqual([[], false]);
    }
  });
});
