import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StartError } from './start-error.js';

const LOCK_FILE = 'lock';

const isCode = (error: unknown, ...codes: string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '');

/** A process, so that its number cannot be mistaken for that of a later one (a container's first process always has the same). */
interface Holder {
  readonly pid: number;
  /** When the process began, in the kernel's own count; null where the system does not tell. */
  readonly startedAt: string | null;
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets. */
function startedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function isAlive({ pid, startedAt: known }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return known === null || startedAt(pid) === known;
}

function readHolder(file: string): { readonly text: string; readonly holder: Holder | null } | null {
  try {
    const text = readFileSync(file, 'utf8');
    const value = JSON.parse(text) as Partial<Holder>;
    const holder = typeof value.pid === 'number' ? { pid: value.pid, startedAt: value.startedAt ?? null } : null;
    return { text, holder };
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    if (error instanceof SyntaxError) return { text: readFileSync(file, 'utf8'), holder: null };
    throw error;
  }
}

/** As `mkdir -p`. Node's own recursive form never returns where a folder above exists but takes no new one, as /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
}

/** The data folder, held by this process alone until `release`. */
export class DataFolder {
  private constructor(
    readonly path: string,
    private readonly lock: string,
    private readonly mine: string,
  ) {}

  /**
   * Makes the folder when it is missing and takes its lock, also from a process that is gone.
   * @throws StartError naming DATA_DIR when the folder cannot be written or another process holds it
   */
  static claim(dataDir: string): DataFolder {
    const path = resolve(dataDir);
    const folder = new DataFolder(path, join(path, LOCK_FILE), DataFolder.describeSelf());
    try {
      makeFolder(path);
      folder.take();
    } catch (error) {
      if (error instanceof StartError) throw error;
      throw new StartError('DATA_DIR', `${path} cannot be written (${(error as NodeJS.ErrnoException).code})`, {
        cause: error,
      });
    }
    return folder;
  }

  private static describeSelf(): string {
    return JSON.stringify({ pid: process.pid, startedAt: startedAt(process.pid) } satisfies Holder);
  }

  release(): void {
    if (readHolder(this.lock)?.text === this.mine) rmSync(this.lock, { force: true });
  }

  private take(): void {
    for (;;) {
      if (this.tryTake()) return;
      const found = readHolder(this.lock);
      if (found === null) continue;
      if (found.holder && isAlive(found.holder))
        throw new StartError(
          'DATA_DIR',
          `${this.path} is in use by the running process ${found.holder.pid}; end it, or set DATA_DIR to another folder`,
        );
      this.removeStale(found.text);
    }
  }

  /** A link appears whole or not at all, so nobody ever reads half a lock. */
  private tryTake(): boolean {
    const draft = `${this.lock}.${randomBytes(6).toString('hex')}`;
    writeFileSync(draft, this.mine, { flag: 'wx', mode: 0o600 });
    try {
      linkSync(draft, this.lock);
      return true;
    } catch (error) {
      if (isCode(error, 'EEXIST')) return false;
      throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }

  /** Of several that found the same stale lock, one moves it away; who moved a fresh one by mistake puts it back. */
  private removeStale(stale: string): void {
    const aside = `${this.lock}.${randomBytes(6).toString('hex')}`;
    try {
      renameSync(this.lock, aside);
      if (readFileSync(aside, 'utf8') !== stale) linkSync(aside, this.lock);
    } catch (error) {
      if (!isCode(error, 'ENOENT', 'EEXIST')) throw error;
    } finally {
      rmSync(aside, { force: true });
    }
  }
}
