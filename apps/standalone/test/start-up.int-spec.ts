import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemProcess } from '@app/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BUILT_MAIN, ensureBuilt } from '../../../scripts/workspace.mjs';

beforeAll(() => ensureBuilt({ say: () => undefined }));

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'start-up-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function takenPort(): Promise<string> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return String((server.address() as AddressInfo).port);
}

const FREE_PORTS = { GATEWAY_PORT: '0', AUTH_PORT: '0', CHAT_PORT: '0', LOG_LEVEL: 'error' };

/** Starts a system that cannot start: its exit code, and what it says on the error stream. */
async function refusal(env: Readonly<Record<string, string>>): Promise<{ code: unknown; lines: string[] }> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [BUILT_MAIN], {
    env: { PATH, ...FREE_PORTS, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, lines: text.trimEnd().split('\n') };
}

describe('a system that cannot start says why in one line, which names the setting', () => {
  it.each(['GATEWAY_PORT', 'AUTH_PORT', 'CHAT_PORT', 'GATEWAY_CHAT_PORT'])('%s is taken', async (setting) => {
    const port = await takenPort();
    const DATA_DIR = await emptyFolder();
    const { code, lines } = await refusal({ DATA_DIR, [setting]: port });
    const line = `Cannot start. ${setting}: port ${port} is in use; end what listens there, or set ${setting} to another port`;
    expect([code, lines]).toEqual([1, [line]]);
  });

  it.each([
    ['a wrong port', { AUTH_PORT: '99999' }, /^Cannot start\. AUTH_PORT must be a port/],
    [
      'an address of another machine',
      { HOST: '203.0.113.7' },
      /^Cannot start\. HOST: 203\.0\.113\.7 is not an address/,
    ],
    [
      'a folder that takes no files',
      { DATA_DIR: '/proc/chatapp' },
      /^Cannot start\. DATA_DIR: \/proc\/chatapp cannot be written \(E/,
    ],
    [
      'a file in place of the folder',
      { DATA_DIR: '/dev/null' },
      /^Cannot start\. DATA_DIR: \/dev\/null cannot be written \(E/,
    ],
    ['a short secret', { JWT_SECRET: 'short' }, /^Cannot start\. JWT_SECRET must have at least 32 bytes/],
    [
      'Kafka',
      { BUS_DRIVER: 'kafka', KAFKA_BROKERS: 'a:1' },
      /^Cannot start\. BUS_DRIVER: this build holds no adapter for kafka/,
    ],
    ['Redis', { PRESENCE_DRIVER: 'redis', REDIS_URL: 'redis://a:1' }, /^Cannot start\. PRESENCE_DRIVER: /],
  ])('%s', async (_what, env, line) => {
    const { code, lines } = await refusal({ DATA_DIR: await emptyFolder(), ...env });
    expect([code, lines]).toEqual([1, [expect.stringMatching(line)]]);
  });

  it('each of several wrong settings', async () => {
    const { code, lines } = await refusal({ AUTH_PORT: 'x', LOG_LEVEL: 'loud', CORS_ORIGINS: 'nowhere' });
    expect(code).toBe(1);
    expect(new Set(lines.map((line) => line.split(' ')[2]))).toEqual(
      new Set(['AUTH_PORT', 'CORS_ORIGINS', 'LOG_LEVEL']),
    );
  });

  it('MODE', async () => {
    const { code, lines } = await refusal({
      MODE: 'distributed',
      JWT_SECRET: 'a secret that is long enough for distributed',
      MYSQL_URL: 'mysql://u:p@localhost/chatapp',
      REDIS_URL: 'redis://localhost:6379',
      KAFKA_BROKERS: 'localhost:9092',
      CONSUL_URL: 'http://localhost:8500',
    });
    expect([code, lines]).toEqual([1, [expect.stringMatching(/^Cannot start\. MODE: distributed runs /)]]);
  });

  it('a file that is no database', async () => {
    const DATA_DIR = await emptyFolder();
    await writeFile(join(DATA_DIR, 'chatapp.sqlite'), 'no database, but more than a hundred bytes. '.repeat(100));
    const { code, lines } = await refusal({ DATA_DIR });
    const line = expect.stringMatching(
      /^Cannot start\. DATA_DIR: .*chatapp\.sqlite cannot be used as a database \(SQLITE_NOTADB\)$/,
    );
    expect([code, lines]).toEqual([1, [line]]);
  });
});

describe('the data folder', () => {
  it('belongs to one running system, and to the next one after a crash', async () => {
    const DATA_DIR = await emptyFolder();
    const first = await SystemProcess.start({ dataDir: DATA_DIR });
    onTestFinished(async () => void (await first.end('SIGKILL')));
    const { code, lines } = await refusal({ DATA_DIR });
    const line = `Cannot start. DATA_DIR: ${DATA_DIR} is in use by the running process ${first.pid}; end it, or set DATA_DIR to another folder`;
    expect([code, lines]).toEqual([1, [line]]);
    await first.end('SIGKILL');
    await first.boot();
    expect(await first.end()).toBe(0);
  });
});

describe('a system that starts', () => {
  it('says where it answers, what it stands on, where the data lies, and what comes next', async () => {
    const system = await SystemProcess.start();
    onTestFinished(async () => void (await system.dispose()));
    const { urls, dataDir, printed } = system;
    for (const line of [
      `gateway +${urls.gateway} `,
      `auth +${urls.auth}`,
      `chat +${urls.chat}`,
      `database +sqlite ${join(dataDir, 'chatapp.sqlite')}`,
      'message bus +in-process',
      'signals +in-process',
      'presence +in-process',
      'discovery +static',
      `data folder +${dataDir}`,
      'npm run demo',
      `curl .* ${urls.gateway}/api/auth/register`,
    ])
      expect(printed).toMatch(new RegExp(`^ +${line}`, 'm'));
  });

  it('answers in the same way at every address of localhost', async () => {
    const system = await SystemProcess.start({ env: { HOST: 'localhost' } });
    onTestFinished(async () => void (await system.dispose()));
    const { port } = new URL(system.urls.gateway);
    const answers = ['127.0.0.1', '[::1]'].map((host) =>
      fetch(`http://${host}:${port}/ws/info`).then(
        ({ status }) => status,
        () => 'closed',
      ),
    );
    expect(await Promise.all(answers)).toEqual([200, 'closed']);
  });

  it('finds its own services, each under an id of its own, and shows their documents as one', async () => {
    const system = await SystemProcess.start();
    onTestFinished(async () => void (await system.dispose()));
    const idAt = async (url: string) => (await fetch(url)).headers.get('x-instance-id');
    const { gateway, auth, chat } = system.urls;
    const ids = await Promise.all([gateway, auth, chat].map((url) => idAt(`${url}/health/ready`)));
    expect(new Set(ids).size).toBe(3);
    expect(await idAt(`${gateway}/ws/info`)).toBe(ids[2]);
    const { paths } = (await (await fetch(`${gateway}/docs/json`)).json()) as { paths: object };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/auth/login', '/api/chat/messages', '/api/groups']),
    );
  });
});
