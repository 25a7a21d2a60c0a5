import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it } from 'vitest';
import { OutboxKeeper } from '../../outbox/index.js';
import { GapDetector, type Verdict } from '../gap-detector.js';
import { OutboxPoller } from '../outbox-poller.js';
import { SeqKeeper } from '../seq-keeper.js';
import { REAL_PARTS, type Parts } from './model-instance.fixture.js';
import { ModelRun } from './model-run.fixture.js';

const SEEDS = 20_000;
const PER_TURN = 500;

beforeAll(() => Logger.overrideLogger(false));

/** The first violation within `seeds` runs, with the steps that led to it; null when all hold. */
async function findViolation(seeds: number, parts: Parts): Promise<string | null> {
  for (let seed = 1; seed <= seeds; seed++) {
    const run = new ModelRun(seed, parts);
    const violation = await run.run();
    if (violation) return `seed ${seed}: ${violation}\n${run.trace.join('\n')}`;
    if (seed % PER_TURN === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return null;
}

class IgnoresTheBaseline extends GapDetector {
  override decide(conversationId: string, seq: number, _fromSeq: number, local: boolean): Verdict {
    return super.decide(conversationId, seq, seq, local);
  }
}
class RepairsNoGap extends GapDetector {
  override decide(conversationId: string, seq: number, fromSeq: number, local: boolean): Verdict {
    const verdict = super.decide(conversationId, seq, fromSeq, local);
    const firstSight = verdict.kind === 'push' && verdict.from <= fromSeq;
    return verdict.kind === 'push' && !firstSight ? { kind: 'push', from: seq } : verdict;
  }
}
class PushesLocallyAtFirstSight extends GapDetector {
  override decide(conversationId: string, seq: number, fromSeq: number): Verdict {
    return super.decide(conversationId, seq, fromSeq, false);
  }
}
class AdoptsNothing extends OutboxKeeper {
  override async adopt(): Promise<void> {}
}
class PollsTheUnpublishedOnly extends OutboxPoller {
  protected override since(): number {
    return Number.POSITIVE_INFINITY;
  }
}
class ForgetsAnyTime extends SeqKeeper {
  protected override async listNeeded(): Promise<Set<string>> {
    return new Set();
  }
}

describe('delivery, as real classes on the model of database and bus', () => {
  it(`gives every client every message in order through ${SEEDS} random histories`, { timeout: 120_000 }, async () => {
    expect(await findViolation(SEEDS, REAL_PARTS)).toBeNull();
  });

  it.each<[string, Partial<Parts>]>([
    ['takes no baseline from the event at first sight', { GapDetector: IgnoresTheBaseline }],
    ['reads no missing rows', { GapDetector: RepairsNoGap }],
    ['pushes its own commits at first sight', { GapDetector: PushesLocallyAtFirstSight }],
    ['adopts nothing', { OutboxKeeper: AdoptsNothing }],
    ['polls the unpublished rows only', { OutboxPoller: PollsTheUnpublishedOnly }],
    ['forgets conversations at any time', { SeqKeeper: ForgetsAnyTime }],
  ])('is caught when it %s', { timeout: 120_000 }, async (_what, mutant) => {
    expect(await findViolation(SEEDS, { ...REAL_PARTS, ...mutant })).toMatch(/^seed \d+: client \d+ since \d+: /);
  });
});
