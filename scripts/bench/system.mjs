import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILT_MAIN } from '../workspace.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The built system as a process of its own on an empty data folder, that can be killed and started again on the same data. */
export class System {
  #child;
  #output = '';
  #ended = Promise.resolve();

  constructor(ports, dataDir, env, nodeArgs) {
    [this.gatewayUrl, this.authUrl, this.chatUrl] = ports.map((port) => `http://127.0.0.1:${port}`);
    this.dataDir = dataDir;
    this.databaseFile = join(dataDir, 'chatapp.sqlite');
    this.nodeArgs = nodeArgs;
    const [GATEWAY_PORT, AUTH_PORT, CHAT_PORT] = ports.map(String);
    this.env = { GATEWAY_PORT, AUTH_PORT, CHAT_PORT, DATA_DIR: dataDir, RATE_LIMITS: 'off', LOG_LEVEL: 'warn', ...env };
  }

  /** Resolves when its gateway is ready. Rates are lifted; `env` overrides any setting. */
  static async start({ env = {}, nodeArgs = [] } = {}) {
    const ports = [await freePort(), await freePort(), await freePort()];
    const dataDir = await mkdtemp(join(tmpdir(), 'chatapp-'));
    const system = new System(ports, dataDir, env, nodeArgs);
    try {
      await system.boot();
    } catch (error) {
      await system.dispose();
      throw error;
    }
    return system;
  }

  get pid() {
    return this.#child.pid;
  }

  /** What it has printed, on both streams. */
  get printed() {
    return this.#output;
  }

  /** Starts the process (again) and waits until the gateway says ready. */
  async boot() {
    const child = spawn(process.execPath, [...this.nodeArgs, BUILT_MAIN], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.#output += chunk));
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    await this.#untilReady(child);
  }

  async #untilReady(child) {
    const deadline = performance.now() + 30_000;
    while (performance.now() < deadline) {
      if (this.#isOver(child)) throw new Error(`The system ended:\n${this.#output}`);
      const ready = await fetch(`${this.gatewayUrl}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(
        () => null,
      );
      await ready?.arrayBuffer();
      if (ready?.status === 200) return;
      await pause(20);
    }
    throw new Error(`The system is not ready after 30 s:\n${this.#output}`);
  }

  #isOver(child) {
    return child.exitCode !== null || child.signalCode !== null;
  }

  /** Sends the signal and resolves with the exit code and signal when the process is gone. */
  end(signal = 'SIGTERM') {
    if (this.#child && !this.#isOver(this.#child)) this.#child.kill(signal);
    return this.#ended;
  }

  async dispose({ keepData = false } = {}) {
    await this.end();
    if (!keepData) await rm(this.dataDir, { recursive: true, force: true });
  }
}
