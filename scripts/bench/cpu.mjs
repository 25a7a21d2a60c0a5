import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

let ticksPerSecond;

function microsPerTick() {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return 1_000_000 / ticksPerSecond;
}

/** User and system time of the processes so far, all threads, in microseconds; NaN where there is no /proc. */
export function cpuMicros(pids) {
  if (pids.length === 0) return NaN;
  try {
    return pids.reduce((sum, pid) => sum + ticksOf(pid) * microsPerTick(), 0);
  } catch {
    return NaN;
  }
}

function ticksOf(pid) {
  // The name in parentheses may hold spaces; after it stand state, ppid, ...; utime and stime are the 12th and 13th.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
