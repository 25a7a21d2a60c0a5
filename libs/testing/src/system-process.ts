import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SystemUrls } from './person.js';

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface SystemProcessOptions {
  /** Kept when given, else a temporary folder that goes with `dispose`. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The built standalone as a process of its own, on ports of its own, that can be killed and started again on the same data. */
export class SystemProcess {
  private child: ChildProcess | undefined;
  private output = '';

  private constructor(
    readonly urls: SystemUrls,
    readonly dataDir: string,
    private readonly ownsData: boolean,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Starts the system and resolves when its gateway is ready. Needs `dist` (npm run build). */
  static async start(options: SystemProcessOptions = {}): Promise<SystemProcess> {
    const [gateway, auth, chat] = [await freePort(), await freePort(), await freePort()];
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'chatapp-')));
    const url = (port: number): string => `http://127.0.0.1:${port}`;
    const system = new SystemProcess(
      { gateway: url(gateway), auth: url(auth), chat: url(chat) },
      dataDir,
      options.dataDir === undefined,
      {
        DATA_DIR: dataDir,
        GATEWAY_PORT: String(gateway),
        AUTH_PORT: String(auth),
        CHAT_PORT: String(chat),
        RATE_LIMITS: 'off',
        LOG_LEVEL: 'warn',
        ...options.env,
      },
    );
    await system.boot();
    return system;
  }

  get pid(): number {
    return this.child!.pid!;
  }

  /** What the process has printed so far, on both streams. */
  get printed(): string {
    return this.output;
  }

  /** Starts the process (again) and waits until the gateway says ready. `env` is for this start only. */
  async boot(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const child = spawn(process.execPath, ['dist/apps/standalone/main.js'], {
      // Nothing else of this process's environment: test runners set MODE and BASE_URL for purposes of their own.
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    await this.untilReady(child);
  }

  private async untilReady(child: ChildProcess): Promise<void> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the system ended:\n${this.output}`);
      const ready = await fetch(`${this.urls.gateway}/health/ready`).then(
        (response) => response.status === 200,
        () => false,
      );
      if (ready) return;
      if (performance.now() > deadline) throw new Error(`the system is not ready after 30 s:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Resolves when the process has ended by itself, with the signal that ended it. */
  async ended(): Promise<NodeJS.Signals | null> {
    const child = this.child!;
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once('exit', resolve));
    return child.signalCode;
  }

  /** Sends the signal and resolves with the exit code (null when the signal ended it). */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    const child = this.child!;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return exited;
  }

  /** Ends the process and removes a temporary data folder. */
  async dispose(): Promise<number | null> {
    const code = await this.end();
    if (this.ownsData) await rm(this.dataDir, { recursive: true, force: true });
    return code;
  }
}
