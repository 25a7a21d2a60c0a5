import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InProcessSignals } from './in-process-signals.js';
import {
  SIGNALS_CONTRACT_PATIENCE,
  SIGNALS_RULES,
  checkSignalsRule,
  describeSignals,
  type SignalsRule,
} from './signals.contract.js';
import type { Signal } from './signals.js';

beforeAll(() => Logger.overrideLogger(false));
describeSignals('in-process', async () => new InProcessSignals());

/** Each takes one rule away from the adapter. */
class SharesOneCopy extends InProcessSignals {
  protected override deliver(json: string): void {
    const signal = JSON.parse(json) as Signal;
    for (const { handle } of this.handlers) handle(signal);
  }
}
class EncodesLate extends InProcessSignals {
  override async publish(signal: Signal): Promise<void> {
    await Promise.resolve();
    await super.publish(signal);
  }
}
class CallsTheFirstOnly extends InProcessSignals {
  protected override deliver(json: string): void {
    for (const { handle } of [...this.handlers].slice(0, 1)) handle(JSON.parse(json) as Signal);
  }
}
class Reorders extends InProcessSignals {
  private turn = 0;
  override async publish(signal: Signal): Promise<void> {
    if (this.turn++ % 2) await super.publish(signal);
    else setTimeout(() => void super.publish(signal), 5);
  }
}
class StopsAtAFailure extends InProcessSignals {
  protected override deliver(json: string): void {
    try {
      for (const { handle } of this.handlers) handle(JSON.parse(json) as Signal);
    } catch {
      // the rest goes without
    }
  }
}
class CallsBackInside extends InProcessSignals {
  override async publish(signal: Signal): Promise<void> {
    this.deliver(JSON.stringify(signal));
  }
}
class Rejects extends InProcessSignals {
  override async publish(signal: Signal): Promise<void> {
    JSON.stringify(signal);
    await super.publish(signal);
  }
}
class NeverUnsubscribes extends InProcessSignals {
  override subscribe(handler: (signal: Signal) => void): () => void {
    super.subscribe(handler);
    return () => {};
  }
}
class KeepsCallingWhenClosed extends InProcessSignals {
  private readonly kept = new Set<{ readonly handle: (signal: Signal) => void }>();
  override async close(): Promise<void> {
    for (const entry of this.handlers) this.kept.add(entry);
    await super.close();
    for (const entry of this.kept) this.handlers.add(entry);
  }
}

const PLANTED: readonly (readonly [rule: string, ...(new () => InProcessSignals)[]])[] = [
  ['a payload arrives as a copy', SharesOneCopy, EncodesLate],
  ['every subscriber', CallsTheFirstOnly, Reorders],
  ['a subscriber that throws', StopsAtAFailure],
  ['no subscriber runs inside', CallsBackInside],
  ['publishing never rejects', Rejects],
  ['the answer of subscribe', NeverUnsubscribes],
  ['after close nobody is called', KeepsCallingWhenClosed],
];
const ruleNamed = (start: string): SignalsRule | undefined => SIGNALS_RULES.find(({ name }) => name.startsWith(start));

describe('the contract sees each rule that is taken away', () => {
  const patience = SIGNALS_CONTRACT_PATIENCE.timeout;
  beforeEach(() => {
    SIGNALS_CONTRACT_PATIENCE.timeout = 150;
  });
  afterEach(() => {
    SIGNALS_CONTRACT_PATIENCE.timeout = patience;
  });

  it('plants at least one violation of every rule', () => {
    expect(PLANTED.map(([start]) => ruleNamed(start)?.name)).toEqual(SIGNALS_RULES.map(({ name }) => name));
  });

  const cases = PLANTED.flatMap(([start, ...mutants]) => mutants.map((Mutant) => ({ start, Mutant })));
  it.each(cases)('$Mutant.name breaks "$start"', async ({ start, Mutant }) => {
    await expect(checkSignalsRule(ruleNamed(start)!, async () => new Mutant())).rejects.toThrow();
  });
});
