import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endOnSignals } from './end-on-signals.js';

let now = 0;
let finish: () => void;
let exits: number[];
let lines: string[];
let stops: number;
let signals: EventEmitter;

const start = (): void => {
  const stop = (): Promise<void> => {
    stops += 1;
    return new Promise((resolve) => (finish = resolve));
  };
  const exit = (code: number): number => exits.push(code);
  endOnSignals({ stop, hardExitMs: 4_500, exit, say: (line) => lines.push(line), signals, now: () => now });
};

describe('the end by a signal', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    [now, stops, exits, lines, signals] = [1_000, 0, [], [], new EventEmitter()];
    start();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(['SIGINT', 'SIGTERM'])('%s stops in order, then exits with 0', async (signal) => {
    signals.emit(signal);
    expect([stops, exits]).toEqual([1, []]);
    finish();
    await vi.waitFor(() => expect(exits).toEqual([0]));
    expect(lines.at(-1)).toBe('Stopped.');
  });

  it('takes the two signals of one key press as one', () => {
    signals.emit('SIGINT');
    now += 900;
    signals.emit('SIGINT');
    expect([stops, exits]).toEqual([1, []]);
  });

  it('exits at once at the second key press', () => {
    signals.emit('SIGINT');
    now += 1_001;
    signals.emit('SIGINT');
    expect([stops, exits]).toEqual([1, [130]]);
  });

  it('waits no longer than it may', () => {
    signals.emit('SIGTERM');
    vi.advanceTimersByTime(4_499);
    expect(exits).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(exits).toEqual([1]);
  });
});
