import { describe, expect, it } from 'vitest';
import { IdWindow } from './id-window.js';

describe('IdWindow', () => {
  it('begins at 0 before anything was read', () => {
    expect(new IdWindow(30_000).start(0)).toBe(0);
  });

  it('goes back by the margin as long as rows from before the first read may be uncommitted', () => {
    const window = new IdWindow(30_000, 1_000);
    window.note(0, 5_000);
    expect(window.start(500)).toBe(4_000);
    window.note(500, 5_001);
    expect(window.start(29_999)).toBe(4_000);
    expect(window.start(30_000)).toBe(5_000);
  });

  it('goes back to where the table ended the overlap ago', () => {
    const window = new IdWindow(30_000);
    for (let at = 0; at <= 60_000; at += 500) window.note(at, 10_000 + at);
    expect(window.start(60_000)).toBe(10_000 + 30_000);
    expect(window.start(60_499)).toBe(10_000 + 30_000);
    expect(window.start(200_000)).toBe(10_000 + 60_000);
  });

  it('meets a row whose transaction took as long as the overlap', () => {
    const window = new IdWindow(30_000);
    window.note(0, 10);
    // Row 11 gets its id and stays uncommitted; row 12 is committed and read.
    window.note(1_000, 12);
    for (let at = 1_500; at < 31_000; at += 500) {
      window.note(at, 12);
      expect(window.start(at)).toBeLessThan(11);
    }
  });

  it('never moves back', () => {
    const window = new IdWindow(10);
    window.note(0, 9);
    window.note(100, 4);
    expect(window.start(200)).toBe(9);
  });

  it('keeps no more than the overlap holds', () => {
    const window = new IdWindow(30_000);
    for (let at = 0; at <= 1_000_000; at += 500) {
      window.start(at);
      window.note(at, at + 1);
    }
    expect((window as unknown as { marks: unknown[] }).marks.length).toBeLessThan(70);
  });
});
