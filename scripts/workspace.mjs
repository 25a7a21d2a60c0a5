import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What has to be there before anything of this repository runs: packages and the built system. Plain Node; nothing is installed yet. */

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT_DIR = join(ROOT, 'dist/apps/standalone');
export const BUILT_MAIN = join(OUT_DIR, 'main.js');
const STAMP = join(OUT_DIR, '.built-from');
const BUILD_LOCK = join(ROOT, 'dist/.building');

const isTest = (name) => /\.(spec|int-spec|e2e-spec|contract|fixture|spec-support)\.ts$/.test(name);
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Runs a command with its output kept, and shown only when it fails. */
function run(command, args, { quiet }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve();
      process.stderr.write(output);
      return reject(new Error(`${[command, ...args].join(' ')} failed`));
    });
  });
}

/** Do the installed packages have the versions of the lock file? Optional ones may be missing: they depend on the platform. */
export function isInstalled(root = ROOT) {
  const hidden = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(hidden)) return false;
  const wanted = Object.entries(readJson(join(root, 'package-lock.json')).packages);
  const installed = readJson(hidden).packages;
  return wanted.every(
    ([path, { version, optional, peer }]) =>
      path === '' || installed[path]?.version === version || (!installed[path] && (optional || peer)),
  );
}

export async function ensureInstalled() {
  if (isInstalled()) return;
  console.log('Installing packages. This is needed once and takes a minute or two.');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { npm_execpath: npm } = process.env;
  await (npm ? run(process.execPath, [npm, ...args], { quiet: false }) : run('npm', args, { quiet: false }));
}

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'test' || entry.name === 'node_modules' ? [] : sourceFiles(path);
    return isTest(entry.name) ? [] : [path];
  });
}

/** A hash over everything that the build reads. */
function fingerprint() {
  const settings = ['package-lock.json', 'nest-cli.json', 'tsconfig.json'].map((name) => join(ROOT, name));
  const files = [...settings, ...sourceFiles(join(ROOT, 'apps')), ...sourceFiles(join(ROOT, 'libs'))];
  const hash = createHash('sha256');
  for (const file of files.toSorted((a, b) => (a < b ? -1 : 1)))
    hash.update(relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

const isBuilt = (wanted) => existsSync(BUILT_MAIN) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted;

const isGone = (pid) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code !== 'EPERM';
  }
};

/** One build at a time, whoever asks; a lock whose holder is gone counts as free. */
async function holdingBuildLock(work) {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(BUILD_LOCK, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const stale = existsSync(BUILD_LOCK) && isGone(Number(readFileSync(BUILD_LOCK, 'utf8')));
      if (stale && Date.now() - statSync(BUILD_LOCK).mtimeMs > 1_000) rmSync(BUILD_LOCK, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  try {
    return await work();
  } finally {
    rmSync(BUILD_LOCK, { force: true });
  }
}

/** Builds the standalone system when its sources are not those of the last build. */
export async function ensureBuilt({ say = console.log } = {}) {
  if (isBuilt(fingerprint())) return;
  await holdingBuildLock(async () => {
    const wanted = fingerprint();
    if (isBuilt(wanted)) return;
    say('Building.');
    const nest = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
    await run(process.execPath, [nest, 'build', 'standalone'], { quiet: true });
    writeFileSync(STAMP, wanted);
  });
}
