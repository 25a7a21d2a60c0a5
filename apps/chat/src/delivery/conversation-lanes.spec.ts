import { describe, expect, it } from 'vitest';
import { ConversationLanes } from './conversation-lanes.js';

const gate = (): { readonly opened: Promise<void>; open: () => void } => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
};

describe('ConversationLanes', () => {
  it('runs a synchronous task of an idle lane at once', () => {
    const lanes = new ConversationLanes();
    let done = false;
    expect(lanes.run('a', () => void (done = true))).toBeUndefined();
    expect([done, lanes.isBusy('a')]).toEqual([true, false]);
  });

  it('runs the tasks of a lane one after the other, and other lanes meanwhile', async () => {
    const lanes = new ConversationLanes();
    const first = gate();
    const order: string[] = [];
    const running = [
      lanes.run('a', () => first.opened.then(() => void order.push('a1'))),
      lanes.run('a', () => void order.push('a2')),
      lanes.run('b', () => void order.push('b1')),
      lanes.run('a', async () => void order.push('a3')),
    ];
    expect([order, lanes.isBusy('a'), lanes.isBusy('b')]).toEqual([['b1'], true, false]);
    first.open();
    for (const run of running) await run;
    expect(order).toEqual(['b1', 'a1', 'a2', 'a3']);
    await lanes.idle();
    expect(lanes.isBusy('a')).toBe(false);
  });

  it('hands a failure to whoever asked for the task, and goes on', async () => {
    const lanes = new ConversationLanes();
    const failing = lanes.run('a', async () => {
      throw new Error('planted failure');
    });
    const next = lanes.run('a', async () => {});
    await expect(failing).rejects.toThrow('planted failure');
    await next;
    expect(() =>
      lanes.run('b', () => {
        throw new Error('planted at once');
      }),
    ).toThrow('planted at once');
    await lanes.idle();
    expect(lanes.isBusy('a')).toBe(false);
  });
});
