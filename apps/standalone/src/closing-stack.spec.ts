import { describe, expect, it } from 'vitest';
import { ClosingStack } from './closing-stack.js';

describe('ClosingStack', () => {
  it('closes what was opened last first, one after the other', async () => {
    const stack = new ClosingStack();
    const order: string[] = [];
    for (const name of ['database', 'chat', 'gateway'])
      stack.add(name, async () => {
        order.push(`${name} begins`);
        await Promise.resolve();
        order.push(`${name} ends`);
      });
    await stack.close(() => undefined);
    expect(order).toEqual(['gateway', 'chat', 'database'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('goes on when a step fails, and says so', async () => {
    const stack = new ClosingStack();
    const closed: string[] = [];
    const failure = new Error('no');
    stack.add('first', () => closed.push('first'));
    stack.add('second', () => Promise.reject(failure));
    const errors: unknown[] = [];
    await stack.close((name, error) => errors.push([name, error]));
    expect([closed, errors]).toEqual([['first'], [['second', failure]]]);
  });

  it('closes once, however often it is asked', async () => {
    const stack = new ClosingStack();
    let times = 0;
    stack.add('one', () => (times += 1));
    await Promise.all([stack.close(() => undefined), stack.close(() => undefined)]);
    expect(times).toBe(1);
  });
});
