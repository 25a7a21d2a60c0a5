import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DataFolder } from './data-folder.js';

let parent: string;
let dir: string;
let lock: string;
const hold = (holder: object | string): void =>
  writeFileSync(lock, typeof holder === 'string' ? holder : JSON.stringify(holder));

describe('the data folder', () => {
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'data-folder-'));
    dir = join(parent, 'data');
    lock = join(dir, 'lock');
    onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  });

  it('is made for its user alone, and locked', () => {
    const folder = DataFolder.claim(join(dir, 'deeper'));
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(join(folder.path, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    folder.release();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('is refused while a running process holds it, by name and number', async () => {
    const other = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    onTestFinished(() => void other.kill('SIGKILL'));
    await once(other, 'spawn');
    DataFolder.claim(dir).release();
    hold({ pid: other.pid, startedAt: null });
    expect(() => DataFolder.claim(dir)).toThrow(
      new RegExp(`^DATA_DIR: ${dir} is in use by the running process ${other.pid};`),
    );
    other.kill('SIGKILL');
    await once(other, 'exit');
    DataFolder.claim(dir).release();
  });

  it('is refused to the same process a second time', () => {
    const first = DataFolder.claim(dir);
    expect(() => DataFolder.claim(dir)).toThrow(/^DATA_DIR: /);
    first.release();
    DataFolder.claim(dir).release();
  });

  it.each([
    ['the number of a process of another time', { pid: process.pid, startedAt: '1' }],
    ['a process that is gone', { pid: 2 ** 22 + 1, startedAt: null }],
    ['no process', { holder: 'nobody' }],
    ['half a line', '{"pid":'],
    ['nothing', ''],
  ])('is taken over from a lock with %s', (_what, holder) => {
    DataFolder.claim(dir).release();
    hold(holder);
    const folder = DataFolder.claim(dir);
    expect(readdirSync(dir)).toEqual(['lock']);
    folder.release();
  });

  it('leaves a lock that is no longer its own', () => {
    const folder = DataFolder.claim(dir);
    hold({ pid: 1, startedAt: 'another' });
    folder.release();
    expect(readdirSync(dir)).toEqual(['lock']);
  });

  it.each(['/dev/null', '/dev/null/data', '/proc/chatapp'])('that cannot be written is refused by name: %s', (path) => {
    expect(() => DataFolder.claim(path)).toThrow(new RegExp(`^DATA_DIR: ${path} cannot be written \\(E[A-Z]+\\)$`));
  });

  it('has one holder, however many take over a stale lock at the same time', async () => {
    DataFolder.claim(dir).release();
    hold({ pid: 2 ** 22 + 1, startedAt: null });
    const racer = `
      const { DataFolder } = await import(process.argv[1]);
      try { DataFolder.claim(process.argv[2]); console.log('held'); } catch { console.log('refused'); }
      process.stdin.resume();`;
    const built = join(parent, 'data-folder.mjs');
    await transpile(built);
    const racers = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', racer, built, dir]),
    );
    onTestFinished(() => racers.forEach((child) => child.kill('SIGKILL')));
    const said = await Promise.all(racers.map(async (child) => String((await once(child.stdout, 'data'))[0]).trim()));
    expect(said.toSorted()).toEqual(['held', ...Array<string>(5).fill('refused')]);
  });
});

/** The class and the one it imports as one plain module, for processes of their own. */
async function transpile(file: string): Promise<void> {
  const { transpileModule, ModuleKind, ScriptTarget } = (await import('typescript')).default;
  const source = readFileSync(new URL('data-folder.ts', import.meta.url), 'utf8').replace(
    /import \{ StartError \}.*\n/,
    'class StartError extends Error {}\n',
  );
  const { outputText } = transpileModule(source, {
    compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 },
  });
  writeFileSync(file, outputText);
}
