import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDatabase, toDbTime, type Database } from '@app/database';
import { createLogger } from '@app/observability';
import { RevocationList, type Principal } from '@app/security';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { authSchema } from '../auth-schema.js';
import { RevocationsPoller } from './revocations.poller.js';
import { RevocationsRepository } from './revocations.repository.js';

const START = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;

const principal = (tokenId: string): Principal => ({
  id: 1,
  username: 'ann',
  name: 'ann',
  role: 'USER',
  tokenId,
  tokenVersion: 0,
  issuedAt: START / 1000,
  expiresAt: START / 1000 + 36_000,
});

describe('RevocationsPoller', () => {
  let folder: string;
  let database: Database;
  let now: number;
  let list: RevocationList;
  let lines: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'poller-'));
    const settings = { driver: 'sqlite', file: join(folder, 'chat.db') } as const;
    await migrate(settings, authSchema);
    database = await openDatabase(settings, { entities: authSchema.entities });
    now = START;
    list = new RevocationList(() => now);
    lines = [];
  });
  afterEach(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  const insert = (id: number, tokenId: string, expiresAt = now + HOUR): Promise<unknown> =>
    database.writer.query(
      `INSERT INTO revocations (id, user_id, token_id, effective_at, expires_at, reason) VALUES (?, 1, ?, ?, ?, 'LOGOUT')`,
      [id, tokenId, toDbTime(now), toDbTime(expiresAt)],
    );
  const start = async ({ running = false } = {}): Promise<RevocationsPoller> => {
    const logger = createLogger({ name: 'test', destination: { write: (line) => lines.push(line) } });
    const poller = new RevocationsPoller(new RevocationsRepository(database), list, () => now, logger);
    await poller.onModuleInit();
    if (!running) await poller.onApplicationShutdown();
    return poller;
  };
  const ids = async (): Promise<number[]> => {
    const rows: { id: number }[] = await database.read.query('SELECT id FROM revocations ORDER BY id');
    return rows.map(({ id }) => id);
  };

  it('knows at the start what was revoked before', async () => {
    await insert(5, 'a');
    await start();
    expect(list.isRevoked(principal('a'))).toBe(true);
    expect(list.isRevoked(principal('b'))).toBe(false);
  });

  it('takes what was committed since the last poll', async () => {
    const poller = await start();
    await insert(1, 'a');
    expect(list.isRevoked(principal('a'))).toBe(false);
    await poller.poll();
    expect(list.isRevoked(principal('a'))).toBe(true);
  });

  it('takes a row whose id is below those that were read, as far back as a transaction can last', async () => {
    await insert(2_000, 'first');
    const poller = await start();
    await insert(1_999, 'uncommitted at the start');
    now += 29_000;
    await poller.poll();
    expect(list.isRevoked(principal('uncommitted at the start'))).toBe(true);
    await insert(3_000, 'third');
    await poller.poll();
    now += 29_000;
    await insert(2_999, 'late');
    await poller.poll();
    expect(list.isRevoked(principal('late'))).toBe(true);
  });

  it('reads only what is new once the overlap has passed', async () => {
    for (let id = 1; id <= 50; id += 1) await insert(id, `old ${id}`, now + 36_000_000);
    const poller = await start();
    await insert(2_000, 'new', now + 36_000_000);
    await poller.poll();
    now += 31_000;
    await poller.poll();
    list.replace([]);
    await poller.poll();
    expect(list.size).toBe(0);
  });

  it('removes rows whose tokens have expired, and no others', async () => {
    const poller = await start();
    await insert(1, 'a', now + 1_000);
    await insert(2, 'b', now + 1_001);
    now += 1_000;
    await poller.clean();
    expect(await ids()).toEqual([2]);
  });

  it('says once that the table cannot be read, and goes on trying', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const poller = await start({ running: true });
      await database.close();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['revocations could not be read']);
      expect(vi.getTimerCount()).toBe(1);
      await poller.onApplicationShutdown();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps what it knows while the database is away, and says that it is not fresh', async () => {
    await insert(1, 'a');
    const poller = await start();
    expect(poller.isFresh()).toBe(true);
    await database.close();
    await expect(poller.poll()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(list.isRevoked(principal('a'))).toBe(true);
    now += 5_000;
    expect(poller.isFresh()).toBe(false);
  });
});
