import { describe, expect, it } from 'vitest';
import { GapDetector } from './gap-detector.js';

const C = 'g:1';
const start = (...delivered: number[]): GapDetector => {
  const detector = new GapDetector(() => 0);
  for (const seq of delivered) detector.delivered(C, seq);
  return detector;
};

describe('GapDetector', () => {
  it('pushes the next message, drops what it has seen, and asks for what is missing before a later one', () => {
    const detector = start(5);
    expect(detector.decide(C, 6, 6, false)).toEqual({ kind: 'push', from: 6 });
    expect(detector.decide(C, 5, 5, false)).toEqual({ kind: 'drop' });
    expect(detector.decide(C, 1, 1, false)).toEqual({ kind: 'drop' });
    expect(detector.decide(C, 9, 9, false)).toEqual({ kind: 'push', from: 6 });
  });

  it('starts at the baseline of the first event it sees of a conversation', () => {
    expect(start().decide(C, 7, 6, false)).toEqual({ kind: 'push', from: 6 });
    expect(start().decide(C, 7, 7, false)).toEqual({ kind: 'push', from: 7 });
    expect(start().decide(C, 7, 9, false)).toEqual({ kind: 'push', from: 7 });
  });

  it('pushes an own commit only when it knows the conversation', () => {
    expect(start().decide(C, 1, 1, true)).toEqual({ kind: 'wait' });
    expect(start(5).decide(C, 6, 6, true)).toEqual({ kind: 'push', from: 6 });
    expect(start(5).decide(C, 8, 8, true)).toEqual({ kind: 'push', from: 6 });
    expect(start(5).decide(C, 5, 5, true)).toEqual({ kind: 'drop' });
  });

  it('knows nothing new by deciding alone, and never goes back', () => {
    const detector = start(5);
    detector.decide(C, 6, 6, false);
    expect(detector.decide(C, 6, 6, false)).toEqual({ kind: 'push', from: 6 });
    detector.delivered(C, 3);
    expect(detector.decide(C, 5, 5, false)).toEqual({ kind: 'drop' });
  });

  it('keeps conversations apart', () => {
    expect(start(5).decide('g:2', 5, 5, false)).toEqual({ kind: 'push', from: 5 });
  });

  it('forgets only conversations that had no event since', () => {
    let now = 0;
    const detector = new GapDetector(() => now);
    detector.delivered(C, 5);
    detector.delivered('g:2', 1);
    now = 100;
    detector.decide('g:2', 1, 1, false);
    expect(detector.listIdle(100)).toEqual([C]);
    detector.forget(C, 100);
    detector.forget('g:2', 100);
    expect(detector.size).toBe(1);
    expect(detector.decide(C, 6, 6, true)).toEqual({ kind: 'wait' });
    expect(detector.decide('g:2', 1, 1, false)).toEqual({ kind: 'drop' });
  });
});
