import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { System } from '../bench/system.mjs';
import { check } from './checker.mjs';
import { countUnpublished, readDatabase, readHistory } from './evidence.mjs';
import { Ledger } from './ledger.mjs';
import { gather } from './people.mjs';
import { planGroups, planKills, planSends } from './plan.mjs';
import { seededRandom } from './random.mjs';
import { Workload } from './workload.mjs';

const QUIET_MS = 2_000;
const DRAIN_MS = 30_000;
const ORDERLY_END_MS = 5_000;
/** A send takes about so long from the client to COMMIT and back. */
const STAGE_MS = 8;

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function waitFor(condition, timeoutMs) {
  const deadline = performance.now() + timeoutMs;
  while (!condition() && performance.now() < deadline) await pause(50);
  return condition();
}

/** A moment at any stage of some send's way, or the end of the workload. */
async function untilUnderWay(workload, random) {
  do {
    while (workload.inFlight === 0 && !workload.isOver) await nextTurn();
    await pause(random() * STAGE_MS);
  } while (workload.inFlight === 0 && !workload.isOver);
}

/** Ends the system at the planned moments and starts it again at once on the same data. Answers what went wrong with an orderly end. */
async function strike(system, { kills, seed, signal, ledger, workload, say }) {
  const faults = [];
  const random = seededRandom(seed ^ 0xdead);
  const start = performance.now();
  for (const at of kills) {
    await pause(Math.max(0, start + at - performance.now()));
    await untilUnderWay(workload, random);
    ledger.add('kill', { inFlight: workload.inFlight });
    const from = performance.now();
    const { code } = await system.end(signal);
    const gone = performance.now();
    const tooSlow = gone - from > ORDERLY_END_MS;
    if (signal !== 'SIGKILL' && (code !== 0 || tooSlow))
      faults.push(`${signal} ended it with ${code} after ${Math.round(gone - from)} ms`);
    await system.boot();
    ledger.add('ready', {});
    const back = Math.round(performance.now() - gone);
    say(
      `  ${signal} at ${(at / 1_000).toFixed(1)} s, gone in ${Math.round(gone - from)} ms, ready again ${back} ms later`,
    );
  }
  return faults;
}

/** Everybody back, the outbox empty, and nothing new for two seconds; or half a minute. Nobody fetches again just to be sure. */
async function drain(people, system, ledger) {
  let seen = -1;
  let since = performance.now();
  const isQuiet = () => {
    const settled = people.every(({ client }) => client.isCaughtUp) && countUnpublished(system.databaseFile) === 0;
    if (!settled || ledger.entries.length !== seen) since = performance.now();
    seen = ledger.entries.length;
    return performance.now() - since > QUIET_MS;
  };
  await waitFor(isQuiet, DRAIN_MS);
}

async function act(system, { plan, seed, ledger, signal, say }) {
  const { people, groupIds, members } = await gather(system, { ...plan, groups: planGroups(plan) }, ledger);
  for (const { client } of people) client.start();
  if (!(await waitFor(() => people.every(({ client }) => client.isCaughtUp), 15_000)))
    throw new Error('Not every client could connect');
  const sends = planSends(plan, seed);
  const workload = new Workload(people, groupIds, ledger);
  const kills = planKills(plan, seed);
  const [faults] = await Promise.all([
    strike(system, { kills, seed, signal, ledger, workload, say }),
    workload.run(sends),
  ]);
  say('  everything is sent; waiting until all is quiet');
  await drain(people, system, ledger);
  const unpublished = countUnpublished(system.databaseFile);
  const history = await readHistory(system.gatewayUrl, members, people);
  await Promise.all(people.map(({ client }) => client.stop()));
  return { members, history, unpublished, faults, planned: sends.length, kills: kills.length };
}

/**
 * One whole run: the built system, users, sends, kills, the drain, the verdict. What the clients wrote down stays in `folder` when the verdict is
 * not valid.
 */
export async function runCrashTest({ plan, seed, signal = 'SIGKILL', say = console.log }) {
  const folder = await mkdtemp(join(tmpdir(), 'chatapp-crash-'));
  const ledger = new Ledger(join(folder, 'ledger.jsonl'));
  const system = await System.start();
  let passed = false;
  try {
    const { faults, ...facts } = await act(system, { plan, seed, ledger, signal, say });
    const { code } = await system.end();
    if (code !== 0) faults.push(`SIGTERM ended it with ${code}`);
    const verdict = check({ ...facts, ...readDatabase(system.databaseFile), entries: ledger.entries });
    verdict.doubts.push(...faults);
    if (verdict.verdict === 'valid' && faults.length > 0) verdict.verdict = 'unknown';
    passed = verdict.verdict === 'valid';
    return {
      ...verdict,
      folder: passed ? null : folder,
      dataDir: passed ? null : system.dataDir,
      printed: system.printed,
    };
  } finally {
    await ledger.close();
    await system.dispose({ keepData: !passed });
    if (passed) await rm(folder, { recursive: true, force: true });
  }
}
