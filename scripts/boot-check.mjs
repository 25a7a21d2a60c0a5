// Boots the built system on free ports and an empty data folder, as `npm start` does, and ends it. Prints what went wrong; exit code 0 when all is well.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILT_MAIN, ROOT } from './workspace.mjs';

const READY_WITHIN_MS = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'boot-check-'));
const env = { PATH: process.env.PATH, DATA_DIR: folder, GATEWAY_PORT: '0', AUTH_PORT: '0', CHAT_PORT: '0' };
const child = spawn(process.execPath, [BUILT_MAIN], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
let output = '';

/** The gateway's address, once the system has said it. */
function untilReady() {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready after ${READY_WITHIN_MS} ms`)), READY_WITHIN_MS);
    const take = (chunk) => {
      output += chunk;
      const [, url] = /^ +gateway +(http:\S+)/m.exec(output) ?? [];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void exited.then((code) => reject(new Error(`it ended with ${code}`)));
  });
}

async function check() {
  const url = await untilReady();
  const { status } = await fetch(`${url}/health/ready`);
  if (status !== 200) throw new Error(`/health/ready answered ${status}`);
  const body = JSON.stringify({ username: 'boot-check', email: 'boot@example.test', password: 'boot check' });
  const headers = { 'content-type': 'application/json' };
  const registered = await fetch(`${url}/api/auth/register`, { method: 'POST', headers, body });
  if (registered.status !== 200) throw new Error(`/api/auth/register answered ${registered.status}`);
  child.kill('SIGINT');
  const code = await exited;
  if (code !== 0) throw new Error(`it ended with ${code}`);
}

try {
  await check();
  console.log('The built system boots, answers, and ends.');
} catch (error) {
  console.error(`The built system does not run: ${error.message}\n${output}`);
  process.exitCode = 1;
} finally {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
