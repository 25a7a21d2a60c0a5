import { describe, expect, it } from 'vitest';
import { OverlappingWindow } from './overlapping-window.js';

describe('OverlappingWindow', () => {
  it('moves only behind ids that were seen long enough ago', () => {
    let now = 0;
    const window = new OverlappingWindow(10_000, () => now);
    window.saw([1, 2, 3]);
    now = 9_999;
    window.saw([5]);
    expect(window.afterId).toBe(0);
    now = 10_000;
    window.saw([]);
    expect(window.afterId).toBe(3);
    now = 19_999;
    window.saw([]);
    expect(window.afterId).toBe(5);
  });

  it('still asks for an id that commits late, below one already seen', () => {
    let now = 0;
    const window = new OverlappingWindow(10_000, () => now);
    window.saw([8]);
    now = 5_000;
    expect(window.afterId).toBeLessThan(7);
  });

  it('never moves back', () => {
    let now = 0;
    const window = new OverlappingWindow(10, () => now);
    window.saw([9]);
    now = 100;
    window.saw([4]);
    now = 200;
    window.saw([]);
    expect(window.afterId).toBe(9);
  });
});
