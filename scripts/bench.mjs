import { ensureBuilt } from './workspace.mjs';
import { medianRun } from './bench/figures.mjs';
import { describeMachine, table } from './bench/report.mjs';
import { Scenarios } from './bench/scenarios.mjs';
import { openTarget } from './bench/target.mjs';

/**
 * npm run bench [-- --quick] [-- --cpu-prof=<folder>] [-- --only=rest64,stomp64]: drives the running system (BASE_URL, CHAT_URL; BENCH_PIDS names
 * its processes for the CPU figures) or the built one, started here. Exit code 1 when 64 senders get less done than 8.
 */

const FULL = { warmUp: 10_000, run: 20_000, fanOut: 10_000, floor: 4_000, rounds: 3 };
const QUICK = { warmUp: 2_000, run: 4_000, fanOut: 3_000, floor: 1_000, rounds: 3 };
const SENDERS = [8, 64];

const options = process.argv.slice(2);
const times = options.includes('--quick') ? QUICK : FULL;
const valueOf = (name) => options.find((option) => option.startsWith(`--${name}=`))?.slice(name.length + 3);
const profiles = valueOf('cpu-prof');
const only = valueOf('only')?.split(',');

async function warmUp(scenarios) {
  await scenarios.rest(64, times.warmUp / 2);
  await scenarios.stomp(64, times.warmUp / 2);
  await scenarios.fanOut(times.warmUp / 4);
  await scenarios.proxyFloor(64, times.floor);
  await scenarios.receiptFloor(64, times.floor);
  await scenarios.broadcastFloor(times.floor);
}

/** Every scenario by its name; in this order, so that what else the machine does in the meantime meets all alike. */
const plan = (scenarios) => [
  ...SENDERS.flatMap((senders) => [
    { name: `rest${senders}`, measureOne: () => scenarios.rest(senders, times.run) },
    { name: `proxy${senders}`, measureOne: () => scenarios.proxyFloor(senders, times.floor) },
    { name: `stomp${senders}`, measureOne: () => scenarios.stomp(senders, times.run) },
    { name: `receipt${senders}`, measureOne: () => scenarios.receiptFloor(senders, times.floor) },
    { name: `store${senders}`, measureOne: () => scenarios.storeFloor(senders, times.floor) },
  ]),
  { name: 'fanOut', measureOne: () => scenarios.fanOut(times.fanOut) },
  { name: 'broadcast', measureOne: () => scenarios.broadcastFloor(times.floor) },
];

async function measure(scenarios) {
  const runs = {};
  for (let round = 1; round <= times.rounds; round++) {
    const seen = [];
    for (const { name, measureOne } of plan(scenarios)) {
      if (only && !only.includes(name)) continue;
      const run = await measureOne();
      (runs[name] ??= []).push(run);
      seen.push(`${name} ${Math.round(run.perSecond)}/s (${run.cpu.toFixed(1)} us)`);
    }
    console.log(`round ${round}: ${seen.join(', ')}`);
  }
  return Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, medianRun(all)]));
}

/** More senders at once must never mean less done. */
function findCliffs(medians) {
  return ['rest', 'stomp'].filter((way) => medians[`${way}64`]?.perSecond < medians[`${way}8`]?.perSecond);
}

await ensureBuilt();
const target = await openTarget(process.env, profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : []);
const scenarios = new Scenarios(target);
try {
  console.log(`Benchmark of ${process.env.BASE_URL ?? 'the built system'}: ${describeMachine()}`);
  await scenarios.prepare();
  await warmUp(scenarios);
  const medians = await measure(scenarios);
  console.log(
    `\nMedians of ${times.rounds} interleaved runs of ${times.run / 1_000} s after ${times.warmUp / 1_000} s of warm-up:\n\n${table(medians)}\n`,
  );
  for (const way of findCliffs(medians)) {
    const [few, many] = SENDERS.map((senders) => Math.round(medians[`${way}${senders}`].perSecond));
    console.error(`CLIFF: ${way} with 64 senders does ${many} sends/s, less than the ${few} with 8`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(`The benchmark failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  scenarios.close();
  await target.close();
}
