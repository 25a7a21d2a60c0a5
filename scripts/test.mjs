// `npm test`: all set-up, then every test there is. The last line is `N passed, N failed`; the exit code says the same.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, ensureBuilt, ensureInstalled } from './workspace.mjs';

const PROJECTS = ['unit', 'int', 'flows'];
const folder = mkdtempSync(join(tmpdir(), 'test-results-'));
const total = { passed: 0, failed: 0, skipped: 0 };

const run = (args) => spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status;

function readCounts(file) {
  try {
    const {
      numPassedTests: passed,
      numFailedTests: failed,
      numPendingTests,
      numTodoTests,
    } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed, failed, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

/** A run that failed without a failed test (a file that cannot be loaded, an error outside of any test) counts as one failure. */
function add({ passed, failed, skipped }, status) {
  total.passed += passed;
  total.failed += failed === 0 && status !== 0 ? 1 : failed;
  total.skipped += skipped;
}

function runProject(project) {
  const file = join(folder, `${project}.json`);
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'scripts/vitest.config.ts',
    '--project',
    project,
  ];
  const status = run([...vitest, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]);
  add(readCounts(file), status);
}

function bootCheck() {
  const status = run(['scripts/boot-check.mjs']);
  add({ passed: status === 0 ? 1 : 0, failed: 0, skipped: 0 }, status);
}

try {
  await ensureInstalled();
  await ensureBuilt();
  for (const project of PROJECTS) runProject(project);
  bootCheck();
} catch (error) {
  console.error(error.message);
  total.failed += 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const skipped = total.skipped === 0 ? '' : `, ${total.skipped} skipped`;
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;
