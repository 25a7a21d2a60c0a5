import { describe, expect, it } from 'vitest';
import { RecentIds } from './recent-ids.js';

describe('RecentIds', () => {
  it('remembers the last ids up to its capacity', () => {
    const ids = new RecentIds(3);
    for (const id of [1, 2, 3, 2, 4]) ids.add(id);
    expect([1, 2, 3, 4].map((id) => ids.has(id))).toEqual([false, true, true, true]);
  });
});
