import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findSchemaDrift,
  isUniqueViolation,
  migrate,
  openDatabase,
  revertMigrations,
  type Database,
  type DatabaseSettings,
} from '@app/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authSchema } from './auth-schema.js';

const TABLES = ['blocks', 'contacts', 'revocations', 'users'];

describe('the auth schema', () => {
  let folder: string;
  let settings: DatabaseSettings;
  let database: Database | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auth-schema-'));
    settings = { driver: 'sqlite', file: join(folder, 'chat.db') };
  });
  afterEach(async () => {
    await database?.close();
    database = undefined;
    await rm(folder, { recursive: true });
  });

  const open = async (): Promise<Database> => (database = await openDatabase(settings, authSchema));
  const tables = async (): Promise<string[]> => {
    const rows: { name: string }[] = await (
      await open()
    ).read.query(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'migrations%' ORDER BY name",
    );
    return rows.map(({ name }) => name);
  };
  const insertUser = (username: string, email: string | null): Promise<unknown> =>
    database!.writer.query(
      "INSERT INTO users (username, email, password, created_at) VALUES (?, ?, 'x', '2026-11-22 10:15:30.123')",
      [username, email],
    );
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => null,
      (error: unknown) => error,
    );

  it('has no drift between entities and migrated tables', async () => {
    await migrate(settings, authSchema);
    expect(await findSchemaDrift(await open())).toEqual([]);
  });

  it('goes up, does nothing twice, and goes down to nothing', async () => {
    expect(await migrate(settings, authSchema)).toEqual(['CreateAuthTables1763800000000']);
    expect(await migrate(settings, authSchema)).toEqual([]);
    expect(await tables()).toEqual(TABLES);
    await database!.close();
    await revertMigrations(settings, authSchema);
    expect(await tables()).toEqual([]);
  });

  it('keeps user names and e-mail addresses unique without regard to case', async () => {
    await migrate(settings, authSchema);
    await open();
    await insertUser('Ann', 'Ann@example.test');
    expect(isUniqueViolation(await failure(insertUser('aNN', 'other@example.test')))).toBe(true);
    expect(isUniqueViolation(await failure(insertUser('bob', 'aNN@EXAMPLE.test')))).toBe(true);
    await insertUser('gone-1', null);
    await insertUser('gone-2', null);
  });

  it('finds a prefix of a user name by its index', async () => {
    await migrate(settings, authSchema);
    const plan: { detail: string }[] = await (
      await open()
    ).read.query("EXPLAIN QUERY PLAN SELECT id FROM users u WHERE u.username LIKE ? ESCAPE '!' ORDER BY u.username", [
      'an%',
    ]);
    expect(plan.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^SEARCH u USING .*INDEX uq_users_username/),
    ]);
  });
});
