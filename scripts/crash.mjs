import { randomInt } from 'node:crypto';
import { ensureBuilt } from './workspace.mjs';
import { VIOLATIONS } from './crash/checker.mjs';
import { FULL, QUICK } from './crash/plan.mjs';
import { runCrashTest } from './crash/run.mjs';

/**
 * npm run crash [-- --quick] [-- --signal=SIGINT]: kills the built system again and again under load and proves from what its clients wrote down
 * that nothing is lost, doubled, out of order or leaked. CRASH_SEED repeats a run. Exit code 0 only for `valid`.
 */

const options = process.argv.slice(2);
const plan = options.includes('--quick') ? QUICK : FULL;
const signal = options.find((option) => option.startsWith('--signal='))?.slice('--signal='.length) ?? 'SIGKILL';
const seed = process.env.CRASH_SEED ? Number(process.env.CRASH_SEED) : randomInt(2 ** 31);

function tell({ verdict, violations, doubts, counts, folder, dataDir, printed }) {
  console.log('\n' + VIOLATIONS.map((kind) => `${kind} ${violations[kind].length}`).join(', '));
  for (const kind of VIOLATIONS)
    for (const what of violations[kind].slice(0, 5)) console.log(`  ${kind}: ${JSON.stringify(what)}`);
  for (const doubt of doubts) console.log(`  doubt: ${doubt}`);
  const { latestMs, ...numbers } = counts;
  console.log(
    Object.entries(numbers)
      .map(([name, count]) => `${name} ${count}`)
      .join(', '),
  );
  console.log(
    `latest seen ${Math.round(latestMs)} ms after it was accepted or, where a fault struck meanwhile, after its heal`,
  );
  if (folder) console.log(`\nThe ledger is in ${folder}, the data in ${dataDir}.\n${printed.slice(-4_000)}`);
  console.log(`\n${verdict.toUpperCase()} (CRASH_SEED=${seed})`);
}

await ensureBuilt();
const { users, groupSizes, sendsPerSecond, seconds, kills } = plan;
console.log(
  `Crash test: ${users} users, ${groupSizes.length} groups, ${sendsPerSecond} sends/s for ${seconds} s, ${kills} times ${signal}, CRASH_SEED=${seed}`,
);
const result = await runCrashTest({ plan, seed, signal });
tell(result);
process.exitCode = result.verdict === 'valid' ? 0 : 1;
