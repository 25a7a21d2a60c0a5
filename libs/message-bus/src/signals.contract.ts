import { describe, expect, it, vi } from 'vitest';
import type { Signal, Signals } from './signals.js';

/** A rule of the port as a check that any adapter can be put to; rejects when the adapter breaks it. */
export interface SignalsRule {
  readonly name: string;
  check(signals: Signals): Promise<void>;
}

/** How long a rule waits for what must come; the spec that plants violations lowers it. */
export const SIGNALS_CONTRACT_PATIENCE = { timeout: 10_000, interval: 5 };
const until = (check: () => void): Promise<void> => vi.waitFor(check, SIGNALS_CONTRACT_PATIENCE);

function listen(signals: Signals): Signal[] {
  const seen: Signal[] = [];
  signals.subscribe((signal) => seen.push(signal));
  return seen;
}

const carriesPayloadsAsJson: SignalsRule = {
  name: 'a payload arrives as a copy of its own that went through JSON',
  async check(signals) {
    signals.subscribe(({ payload }) => {
      (payload as { list: number[] }).list.push(99);
    });
    const seen = listen(signals);
    const payload = { at: new Date(0), gone: undefined, list: [1] };
    const publishing = signals.publish({ kind: 'typing', payload });
    payload.list.push(2);
    await publishing;
    await until(() => expect(seen).toHaveLength(1));
    expect(seen).toEqual([{ kind: 'typing', payload: { at: '1970-01-01T00:00:00.000Z', list: [1] } }]);
    expect(Object.keys(seen[0]!.payload as object)).toEqual(['at', 'list']);
  },
};

const reachesEverySubscriberInOrder: SignalsRule = {
  name: 'every subscriber, the publisher itself included, gets the signals in the order published',
  async check(signals) {
    const all = [listen(signals), listen(signals), listen(signals)];
    for (let n = 0; n < 50; n++) await signals.publish({ kind: 'typing', payload: n });
    await until(() => expect(all.map((seen) => seen.length)).toEqual([50, 50, 50]));
    for (const seen of all) expect(seen.map(({ payload }) => payload)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  },
};

const isolatesSubscribers: SignalsRule = {
  name: 'a subscriber that throws disturbs neither the publisher nor the others',
  async check(signals) {
    signals.subscribe(() => {
      throw new Error('planted failure');
    });
    const seen = listen(signals);
    await signals.publish({ kind: 'typing', payload: 1 });
    await signals.publish({ kind: 'typing', payload: 2 });
    await until(() => expect(seen).toHaveLength(2));
  },
};

const neverCallsBackInside: SignalsRule = {
  name: 'no subscriber runs inside the call that publishes',
  async check(signals) {
    const seen = listen(signals);
    const publishing = signals.publish({ kind: 'typing', payload: 1 });
    expect(seen).toHaveLength(0);
    await publishing;
    await until(() => expect(seen).toHaveLength(1));
  },
};

const neverRejects: SignalsRule = {
  name: 'publishing never rejects: what JSON cannot carry is dropped',
  async check(signals) {
    const seen = listen(signals);
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    await signals.publish({ kind: 'typing', payload: cycle });
    await signals.publish({ kind: 'typing', payload: 1n });
    await signals.publish({ kind: 'typing', payload: 'good' });
    await until(() => expect(seen).toEqual([{ kind: 'typing', payload: 'good' }]));
  },
};

const unsubscribes: SignalsRule = {
  name: 'the answer of subscribe ends that one subscription, also when a handler subscribed twice',
  async check(signals) {
    const seen: unknown[] = [];
    const handler = ({ payload }: Signal): void => void seen.push(payload);
    const end = signals.subscribe(handler);
    signals.subscribe(handler);
    end();
    end();
    await signals.publish({ kind: 'typing', payload: 1 });
    await signals.publish({ kind: 'typing', payload: 'last' });
    await until(() => expect(seen.at(-1)).toBe('last'));
    expect(seen).toEqual([1, 'last']);
  },
};

const endsOnClose: SignalsRule = {
  name: 'after close nobody is called, publishing still resolves, and the channel is down',
  async check(signals) {
    const seen = listen(signals);
    await signals.publish({ kind: 'typing', payload: 1 });
    await until(() => expect(seen).toHaveLength(1));
    expect(signals.isUp()).toBe(true);
    await signals.close();
    expect(signals.isUp()).toBe(false);
    await signals.publish({ kind: 'typing', payload: 2 });
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(seen).toHaveLength(1);
  },
};

export const SIGNALS_RULES: readonly SignalsRule[] = [
  carriesPayloadsAsJson,
  reachesEverySubscriberInOrder,
  isolatesSubscribers,
  neverCallsBackInside,
  neverRejects,
  unsubscribes,
  endsOnClose,
];

/** Puts one rule to a channel of its own. */
export async function checkSignalsRule(rule: SignalsRule, open: () => Promise<Signals>): Promise<void> {
  const signals = await open();
  try {
    await rule.check(signals);
  } finally {
    await signals.close();
  }
}

/** The contract of the port, for every adapter. `open` gives a new channel, open to this test only. */
export function describeSignals(adapter: string, open: () => Promise<Signals>): void {
  describe(`Signals contract: ${adapter}`, () => {
    it.each(SIGNALS_RULES)('$name', async (rule) => {
      await expect(checkSignalsRule(rule, open)).resolves.toBeUndefined();
    });
  });
}
