import { describe, expect, it } from 'vitest';
import {
  LATEST_MS,
  VIOLATIONS,
  check,
  deadlineOf,
  type Evidence,
  type LedgerEntry,
  type LedgerMessage,
  type Violation,
} from './checker.mjs';

const [ANN, BOB, EVE] = [1, 2, 3];
const TALK = 'p:1:2';
const COUNT = 6;

const messageOf = (n: number): LedgerMessage => ({
  id: 100 + n,
  seq: n,
  conversation: TALK,
  sender: n % 2 === 1 ? ANN : BOB,
  key: `key-${n}`,
  content: `words ${n}`,
});

/** Six messages between Ann and Bob with a kill in the middle; the fourth was unknown at first, the last came by catch-up. */
function honestRun(): Evidence {
  const entries: LedgerEntry[] = [];
  const rows = Array.from({ length: COUNT }, (_, i) => messageOf(i + 1));
  for (const message of rows) {
    const { sender: user, key, conversation, content, id, seq } = message;
    const at = seq * 1_000;
    entries.push({ at, kind: 'invoke', user, key, conversation, content });
    if (seq === 4) {
      entries.push({ at: at + 1, kind: 'kill', inFlight: 1 }, { at: at + 2, kind: 'unknown', user, key });
      entries.push({ at: at + 3, kind: 'ready' }, { at: at + 4, kind: 'invoke', user, key, conversation, content });
    }
    entries.push({ at: at + 10, kind: 'ok', user, key, id });
    for (const reader of [ANN, BOB]) {
      entries.push({ at: at + 20, kind: seq === COUNT ? 'fetch' : 'push', user: reader, message: { ...message } });
      entries.push({ at: at + 20, kind: 'apply', user: reader, message: { ...message } });
    }
  }
  return {
    entries,
    rows,
    lastSeqs: { [TALK]: COUNT },
    history: { [TALK]: rows.map((row) => ({ ...row })) },
    members: { [TALK]: [ANN, BOB] },
    planned: COUNT,
    kills: 1,
    unpublished: 0,
  };
}

const isSeen = (entry: LedgerEntry): entry is LedgerEntry & { kind: 'push' | 'fetch' | 'apply' } =>
  entry.kind === 'push' || entry.kind === 'fetch' || entry.kind === 'apply';

function without(run: Evidence, drop: (entry: LedgerEntry) => boolean): void {
  run.entries = run.entries.filter((entry) => !drop(entry));
}

function forget(run: Evidence, seq: number): void {
  run.rows = run.rows.filter((row) => row.seq !== seq);
  run.history[TALK] = run.rows;
}

function swapShown(run: Evidence, user: number, first: number, second: number): void {
  const shown = run.entries.filter(isSeen).filter((entry) => entry.kind === 'apply' && entry.user === user);
  const [a, b] = [first, second].map((seq) => shown.find(({ message }) => message.seq === seq)!);
  [a!.message, b!.message] = [b!.message, a!.message];
}

/** What is planted, and the kind of violation that must be among those found. */
const FAULTS: readonly [string, Violation, (run: Evidence) => void][] = [
  [
    'an accepted message that the database has not',
    'lost',
    (run) => {
      forget(run, COUNT);
      run.lastSeqs[TALK] = COUNT - 1;
      without(run, (entry) => isSeen(entry) && entry.message.seq === COUNT);
    },
  ],
  [
    'a stored message that a member never saw',
    'lost',
    (run) => without(run, (entry) => isSeen(entry) && entry.user === BOB && entry.message.seq === COUNT),
  ],
  ['a client that saw nothing at all', 'lost', (run) => without(run, (entry) => isSeen(entry) && entry.user === BOB)],
  [
    'a retry that was stored again',
    'doubled',
    (run) => {
      run.rows.push({ ...messageOf(4), id: 999, seq: COUNT + 1 });
      run.lastSeqs[TALK] = COUNT + 1;
    },
  ],
  [
    'a message shown twice',
    'doubled',
    (run) => run.entries.push({ at: 9_000, kind: 'apply', user: BOB, message: messageOf(COUNT) }),
  ],
  [
    'a retry answered with another id',
    'doubled',
    (run) => run.entries.push({ at: 9_000, kind: 'ok', user: ANN, key: 'key-1', id: 555 }),
  ],
  ['two messages shown the wrong way round', 'disordered', (run) => swapShown(run, BOB, 2, 3)],
  [
    'a hole in what is shown',
    'disordered',
    (run) => without(run, (entry) => isSeen(entry) && entry.user === BOB && entry.message.seq === 3),
  ],
  [
    'two messages stored the wrong way round',
    'disordered',
    (run) => {
      const [first, second] = [run.rows[1]!, run.rows[2]!];
      [first.seq, second.seq] = [second.seq, first.seq];
    },
  ],
  ['a hole in the stored seq', 'disordered', (run) => forget(run, 3)],
  ['a counter ahead of its messages', 'disordered', (run) => (run.lastSeqs[TALK] = COUNT + 1)],
  [
    'two clients that disagree about a seq',
    'diverged',
    (run) => {
      for (const entry of run.entries)
        if (isSeen(entry) && entry.user === BOB && entry.message.seq === 2)
          entry.message = { ...messageOf(2), id: 777 };
    },
  ],
  ['a history that lacks a message', 'diverged', (run) => run.history[TALK]!.splice(2, 1)],
  ['a stored message that names another sender', 'forged', (run) => (run.rows[0]!.sender = BOB)],
  [
    'a push that names another sender',
    'forged',
    (run) => {
      const push = run.entries.filter(isSeen).find(({ kind, user }) => kind === 'push' && user === BOB)!;
      push.message.sender = EVE;
    },
  ],
  ['stored words that nobody wrote', 'forged', (run) => (run.rows[2]!.content = 'other words')],
  [
    'a push to somebody outside',
    'leaked',
    (run) => run.entries.push({ at: 2_020, kind: 'push', user: EVE, message: messageOf(2) }),
  ],
  [
    'a fetch by somebody outside',
    'leaked',
    (run) => run.entries.push({ at: 2_020, kind: 'fetch', user: EVE, message: messageOf(2) }),
  ],
  [
    'a stored message that nobody sent',
    'phantom',
    (run) => {
      run.rows.push({ ...messageOf(COUNT + 1) });
      run.lastSeqs[TALK] = COUNT + 1;
    },
  ],
  [
    'a push of what was rolled back',
    'phantom',
    (run) => run.entries.push({ at: 9_000, kind: 'push', user: BOB, message: { ...messageOf(1), id: 888 } }),
  ],
  [
    'a refusal of a lawful send',
    'refused',
    (run) => run.entries.push({ at: 9_000, kind: 'refused', user: ANN, key: 'key-1', why: '403' }),
  ],
  [
    'a message shown too late',
    'late',
    (run) => {
      const last = run.entries.filter(isSeen).filter(({ message }) => message.seq === COUNT);
      for (const entry of last) entry.at = COUNT * 1_000 + 10 + LATEST_MS + 1;
    },
  ],
];

describe('the crash checker', () => {
  it('finds nothing in an honest run, and counts it', () => {
    const { verdict, violations, doubts, counts } = check(honestRun());
    expect(violations).toEqual(Object.fromEntries(VIOLATIONS.map((kind) => [kind, []])));
    expect([verdict, doubts]).toEqual(['valid', []]);
    expect(counts).toMatchObject({ sends: 6, attempts: 7, accepted: 6, unknown: 1, stored: 6, pushed: 10, fetched: 2 });
  });

  it.each(FAULTS)('catches %s', (_, kind, plant) => {
    const run = honestRun();
    plant(run);
    const { verdict, violations } = check(run);
    expect(violations[kind]).not.toEqual([]);
    expect(verdict).toBe('invalid');
  });

  it('knows every kind of violation it names', () => {
    expect(new Set(FAULTS.map(([, kind]) => kind))).toEqual(new Set(VIOLATIONS));
  });

  it.each<[string, (run: Evidence) => void]>([
    ['too few sends', (run) => (run.planned = 100)],
    ['a kill that did not take place', (run) => (run.kills = 2)],
    [
      'kills that struck nothing',
      (run) => {
        for (const entry of run.entries) if (entry.kind === 'kill') entry.inFlight = 0;
      },
    ],
    ['a system that never came back', (run) => without(run, ({ kind }) => kind === 'ready')],
    ['sends that were never answered', (run) => without(run, (entry) => entry.kind === 'ok' && entry.key === 'key-4')],
    ['an outbox that is not empty', (run) => (run.unpublished = 1)],
  ])('does not pass a run with %s', (_, spoil) => {
    const run = honestRun();
    spoil(run);
    const { doubts, verdict } = check(run);
    expect(doubts).not.toEqual([]);
    expect(verdict).not.toBe('valid');
  });

  it('gives the full time again after each fault that strikes before the time is up', () => {
    const fault = (from: number) => ({ from, to: from + 2_000 });
    expect(deadlineOf(1_000, [])).toBe(1_000 + LATEST_MS);
    expect(deadlineOf(1_000, [fault(5_000), fault(18_000)])).toBe(20_000 + LATEST_MS);
    expect(deadlineOf(1_000, [fault(17_000)])).toBe(1_000 + LATEST_MS);
    expect(deadlineOf(9_000, [fault(5_000)])).toBe(9_000 + LATEST_MS);
  });
});
