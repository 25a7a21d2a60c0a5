import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../../scripts/crash.mjs', import.meta.url));

/** The short form of `npm run crash`, on a system of its own. */
function runCrashTest(): Promise<{ code: number | null; printed: string }> {
  const child = spawn(process.execPath, [script, '--quick'], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...(process.env['CRASH_SEED'] ? { CRASH_SEED: process.env['CRASH_SEED'] } : {}),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, printed })));
}

it('killed three times under 100 sends/s, it loses, doubles, reorders and leaks nothing', async () => {
  const { code, printed } = await runCrashTest();
  expect(printed).toMatch(
    /lost 0, doubled 0, disordered 0, diverged 0, forged 0, leaked 0, phantom 0, refused 0, late 0/,
  );
  expect(printed).toMatch(/accepted 2000, .*stored 2000, .*kills 3/);
  expect(printed).toMatch(/VALID \(CRASH_SEED=\d+\)\s*$/);
  expect(code).toBe(0);
}, 180_000);
