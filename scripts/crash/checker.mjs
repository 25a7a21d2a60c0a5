/**
 * Judges a run by what its clients wrote down and what the database holds in the end. Pure: the same evidence gives the same verdict.
 *
 * A send is known by its key (the client message id). `entries` stand in the order of one monotonic clock (`at`, milliseconds):
 *   invoke {user, key, conversation, content}   unknown {user, key}   refused {user, key, why}   ok {user, key, id?}
 *   push, fetch {user, message}: what came over the wire, live or by catch-up       apply {user, message}: what the client then showed
 *   kill {inFlight}   ready
 * A message is {id, seq, conversation, sender, key, content}. `rows` are the database's messages, `lastSeqs` its counters, `history` each
 * conversation as the API answers it in the end, `members` who belongs to which conversation, `planned` how many sends there were to be.
 */

/** Everything is to be seen this long after it was accepted and no fault has struck for as long. */
export const LATEST_MS = 15_000;

const ATTEMPTED_SHARE = 0.9;

export const VIOLATIONS = [
  'lost',
  'doubled',
  'disordered',
  'diverged',
  'forged',
  'leaked',
  'phantom',
  'refused',
  'late',
];

const groupBy = (items, keyOf) => {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
};

/** One record per send: first invocation, first acceptance, every id it was answered with. */
function readSends(entries) {
  const sends = new Map();
  for (const entry of entries) {
    if (entry.kind === 'invoke' && !sends.has(entry.key))
      sends.set(entry.key, {
        ...entry,
        invokedAt: entry.at,
        okAt: null,
        ids: new Set(),
        unknown: false,
        refused: null,
      });
    const send = sends.get(entry.key);
    if (entry.kind === 'unknown') send.unknown = true;
    if (entry.kind === 'refused') send.refused ??= entry.why;
    if (entry.kind !== 'ok') continue;
    send.okAt ??= entry.at;
    if (entry.id !== undefined) send.ids.add(entry.id);
  }
  return sends;
}

function readFaults(entries) {
  const faults = [];
  for (const { kind, at, inFlight } of entries) {
    if (kind === 'kill') faults.push({ from: at, to: Infinity, inFlight });
    if (kind === 'ready') faults.at(-1).to = at;
  }
  return faults;
}

/** Until when everybody must have seen what was accepted at `okAt`: each fault that strikes before gives the full time again. */
export function deadlineOf(okAt, faults) {
  let deadline = okAt + LATEST_MS;
  for (const { from, to } of faults) if (from <= deadline && to >= okAt) deadline = Math.max(deadline, to + LATEST_MS);
  return deadline;
}

/** What the database holds: each accepted send once, nothing else, counted without a gap. */
function checkRows({ rows, lastSeqs }, sends, report) {
  const byKey = groupBy(rows, ({ key }) => key);
  for (const [key, { okAt }] of sends) if (okAt !== null && !byKey.has(key)) report('lost', { key });
  for (const [key, same] of byKey) {
    if (same.length > 1) report('doubled', { key, ids: same.map(({ id }) => id) });
    for (const row of same) checkOrigin(row, sends, report);
  }
  for (const [conversation, all] of groupBy(rows, (row) => row.conversation)) {
    const seqs = all.map(({ seq }) => seq).sort((a, b) => a - b);
    const gap = seqs.findIndex((seq, index) => seq !== index + 1);
    if (gap !== -1) report('disordered', { conversation, expected: gap + 1, found: seqs[gap] });
    if (lastSeqs[conversation] !== seqs.at(-1)) report('disordered', { conversation, lastSeq: lastSeqs[conversation] });
  }
}

/** Somebody asked for this message, in this conversation and with these words; and it names whoever did. */
function checkOrigin(message, sends, report) {
  const send = sends.get(message.key);
  if (!send) {
    report('phantom', { key: message.key, id: message.id });
    return;
  }
  const { user, conversation, content } = send;
  if (message.sender !== user || message.conversation !== conversation || message.content !== content)
    report('forged', { key: message.key, id: message.id, sender: message.sender, truly: user });
}

/** A send that began after another of its conversation was accepted stands after it. */
function checkRealTime(rows, sends, report) {
  for (const [conversation, all] of groupBy(rows, (row) => row.conversation)) {
    const known = all
      .map(({ seq, key }) => ({ seq, ...sends.get(key) }))
      .filter(({ invokedAt }) => invokedAt !== undefined);
    const accepted = known.filter(({ okAt }) => okAt !== null).sort((a, b) => a.okAt - b.okAt);
    let next = 0;
    let highest = 0;
    for (const { seq, key, invokedAt } of known.sort((a, b) => a.invokedAt - b.invokedAt)) {
      for (; accepted[next]?.okAt < invokedAt; next++) highest = Math.max(highest, accepted[next].seq);
      if (seq < highest) report('disordered', { conversation, key, seq, after: highest });
    }
  }
}

/** What came over the wire: only to members, only what is stored, as its author wrote it. */
function checkWire({ entries, rows, members }, sends, report) {
  const stored = new Set(rows.map(({ id }) => id));
  for (const { kind, user, message } of entries) {
    if (kind !== 'push' && kind !== 'fetch') continue;
    if (!members[message.conversation]?.includes(user)) report('leaked', { user, id: message.id });
    if (stored.has(message.id)) checkOrigin(message, sends, report);
    else report('phantom', { user, id: message.id });
  }
}

/** What each client showed: every message of its conversations, once, in the order of the database, in time. */
function checkViews({ entries, rows, members }, sends, report) {
  const views = groupBy(
    entries.filter(({ kind }) => kind === 'apply'),
    ({ user, message }) => `${user} ${message.conversation}`,
  );
  const faults = readFaults(entries);
  let latest = 0;
  for (const [conversation, all] of groupBy(rows, (row) => row.conversation)) {
    const inOrder = all.toSorted((a, b) => a.seq - b.seq);
    for (const user of members[conversation] ?? []) {
      const view = views.get(`${user} ${conversation}`) ?? [];
      checkSequence(view, inOrder, { user, conversation }, report);
      latest = Math.max(latest, checkLateness(view, { user, sends, faults }, report));
    }
  }
  return latest;
}

function checkSequence(view, rows, where, report) {
  const shown = new Set();
  const idOf = new Map(rows.map(({ seq, id }) => [seq, id]));
  let last = 0;
  for (const { message } of view) {
    if (shown.has(message.id)) report('doubled', { ...where, id: message.id });
    else if (message.seq !== last + 1) report('disordered', { ...where, seq: message.seq, after: last });
    if (idOf.has(message.seq) && idOf.get(message.seq) !== message.id)
      report('diverged', { ...where, seq: message.seq });
    shown.add(message.id);
    last = message.seq;
  }
  for (const { id, key, seq } of rows) if (!shown.has(id)) report('lost', { ...where, key, seq });
}

function checkLateness(view, { user, sends, faults }, report) {
  let latest = 0;
  for (const { at, message } of view) {
    const okAt = sends.get(message.key)?.okAt ?? Infinity;
    const wait = at - deadlineOf(okAt, faults) + LATEST_MS;
    latest = Math.max(latest, wait);
    if (wait > LATEST_MS) report('late', { user, id: message.id, ms: Math.round(wait) });
  }
  return latest;
}

function checkHistory({ rows, history }, report) {
  const stored = groupBy(rows, ({ conversation }) => conversation);
  for (const conversation of new Set([...stored.keys(), ...Object.keys(history)])) {
    const wanted = (stored.get(conversation) ?? []).toSorted((a, b) => a.seq - b.seq);
    const shown = history[conversation] ?? [];
    const same =
      shown.length === wanted.length && shown.every(({ id, seq }, i) => id === wanted[i].id && seq === wanted[i].seq);
    if (!same) report('diverged', { conversation, history: shown.length, stored: wanted.length });
  }
}

function checkAnswers(sends, rows, report) {
  const idOf = new Map(rows.map(({ key, id }) => [key, id]));
  for (const [key, { ids, refused }] of sends) {
    if (refused !== null) report('refused', { key, why: refused });
    if (ids.size > 1) report('doubled', { key, ids: [...ids] });
    for (const id of ids)
      if (idOf.has(key) && idOf.get(key) !== id) report('diverged', { key, id, stored: idOf.get(key) });
  }
}

/** Reasons why the run says nothing, however clean it looks. */
function findDoubts({ entries, planned, kills, unpublished }, sends) {
  const doubts = [];
  const faults = readFaults(entries);
  if (sends.size < planned * ATTEMPTED_SHARE) doubts.push(`only ${sends.size} of ${planned} sends were tried`);
  if (faults.length !== kills) doubts.push(`${faults.length} of ${kills} kills took place`);
  if (faults.some(({ to }) => to === Infinity)) doubts.push('the system was not ready again after a kill');
  const idle = faults.filter(({ inFlight }) => inFlight === 0).length;
  if (idle > faults.length / 2) doubts.push(`${idle} kills struck while no send was under way`);
  const open = [...sends.values()].filter(({ okAt, refused }) => okAt === null && refused === null).length;
  if (open > 0) doubts.push(`${open} sends were never answered`);
  if (unpublished > 0) doubts.push(`${unpublished} outbox rows were never published`);
  return doubts;
}

function countEntries({ entries, rows }, sends) {
  const all = [...sends.values()];
  const wire = entries.filter(({ kind }) => kind === 'push' || kind === 'fetch');
  const applied = entries.filter(({ kind }) => kind === 'apply').length;
  const stored = new Set(rows.map(({ key }) => key));
  return {
    sends: all.length,
    attempts: entries.filter(({ kind }) => kind === 'invoke').length,
    accepted: all.filter(({ okAt }) => okAt !== null).length,
    unknown: all.filter(({ unknown }) => unknown).length,
    recovered: all.filter(({ unknown, okAt, key }) => unknown && okAt === null && stored.has(key)).length,
    stored: rows.length,
    pushed: wire.filter(({ kind }) => kind === 'push').length,
    fetched: wire.filter(({ kind }) => kind === 'fetch').length,
    applied,
    wireDuplicates: wire.length - applied,
    kills: readFaults(entries).length,
  };
}

/** `valid`, `invalid` when any violation was found, `unknown` when the run proves nothing (that is not a pass). */
export function check(evidence) {
  const violations = Object.fromEntries(VIOLATIONS.map((kind) => [kind, []]));
  const report = (kind, what) => void violations[kind].push(what);
  const sends = readSends(evidence.entries);
  checkRows(evidence, sends, report);
  checkRealTime(evidence.rows, sends, report);
  checkAnswers(sends, evidence.rows, report);
  checkWire(evidence, sends, report);
  const latestMs = checkViews(evidence, sends, report);
  checkHistory(evidence, report);
  const doubts = findDoubts(evidence, sends);
  const broken = VIOLATIONS.some((kind) => violations[kind].length > 0);
  const verdict = broken ? 'invalid' : doubts.length > 0 ? 'unknown' : 'valid';
  return { verdict, violations, doubts, counts: { ...countEntries(evidence, sends), latestMs } };
}
