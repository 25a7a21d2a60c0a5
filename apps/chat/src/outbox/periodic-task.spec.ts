import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it } from 'vitest';
import { PeriodicTask } from './periodic-task.js';
import { TestTimers } from './relay.fixture.js';

beforeAll(() => Logger.overrideLogger(false));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('PeriodicTask', () => {
  it('runs the task after each pause, never two runs at once, also after a failure', async () => {
    const timers = new TestTimers();
    const starts: number[] = [];
    let finish = (): void => {};
    const task = new PeriodicTask('Test', 100, timers, () => {
      starts.push(timers.now() - 1_000_000);
      if (starts.length === 1) throw new Error('planted failure');
      return new Promise<void>((resolve) => (finish = resolve));
    });
    task.start();
    timers.advance(100);
    await turn();
    timers.advance(100);
    timers.advance(1_000);
    await turn();
    expect(starts).toEqual([100, 200]);
    finish();
    await turn();
    timers.advance(100);
    expect(starts).toEqual([100, 200, 1_300]);
    finish();
    await task.stop();
  });

  it('waits for the run that is going on when it is stopped, and runs no more', async () => {
    const timers = new TestTimers();
    let runs = 0;
    let finish = (): void => {};
    const task = new PeriodicTask('Test', 100, timers, () => {
      runs++;
      return new Promise<void>((resolve) => (finish = resolve));
    });
    task.start();
    timers.advance(100);
    let stopped = false;
    const stopping = task.stop().then(() => (stopped = true));
    await turn();
    expect(stopped).toBe(false);
    finish();
    await stopping;
    timers.advance(1_000);
    expect([runs, timers.pending]).toEqual([1, 0]);
  });
});
