import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSchemaDrift, migrate, openDatabase, revertMigrations, type Database } from '@app/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chatSchema } from './chat-schema.js';

const TABLES = [
  'chat_meta',
  'conversations',
  'group_revocations',
  'group_users',
  'groups',
  'instances',
  'last_seen',
  'memberships',
  'message_status',
  'messages',
  'outbox',
  'outbox_dead',
];

describe('the chat schema', () => {
  let folder: string;
  let settings: { driver: 'sqlite'; file: string };
  let database: Database | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chat-schema-'));
    settings = { driver: 'sqlite', file: join(folder, 'chat.db') };
  });
  afterEach(async () => {
    await database?.close();
    database = undefined;
    await rm(folder, { recursive: true });
  });

  const open = async (): Promise<Database> => (database = await openDatabase(settings, chatSchema));
  const tables = async (): Promise<string[]> => {
    const rows: { name: string }[] = await database!.read.query(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'migrations%' ORDER BY name",
    );
    return rows.map(({ name }) => name);
  };

  it('has no drift between entities and migrated tables', async () => {
    await migrate(settings, chatSchema);
    expect(await findSchemaDrift(await open())).toEqual([]);
  });

  it('shows a drift when an entity asks for more than the tables hold', async () => {
    await migrate(settings, chatSchema);
    await open();
    await database!.writer.query('ALTER TABLE messages DROP COLUMN content');
    await database!.writer.query('DROP INDEX uq_conversations_pair');
    const drift = (await findSchemaDrift(database!)).join('\n');
    expect(drift).toContain('content');
    expect(drift).toContain('uq_conversations_pair');
  });

  it('goes up, down and up again', async () => {
    expect(await migrate(settings, chatSchema)).toEqual(['ChatTables1764000000000']);
    expect(await migrate(settings, chatSchema)).toEqual([]);
    await open();
    expect(await tables()).toEqual(TABLES);
    await database!.close();

    await revertMigrations(settings, chatSchema);
    await open();
    expect(await tables()).toEqual([]);
    await database!.close();

    await migrate(settings, chatSchema);
    await open();
    expect(await tables()).toEqual(TABLES);
  });

  it('makes one epoch per database', async () => {
    await migrate(settings, chatSchema);
    await open();
    const rows: { value: string }[] = await database!.read.query("SELECT value FROM chat_meta WHERE name = 'epoch'");
    expect(rows).toEqual([{ value: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
  });

  it('tells client message ids apart by case', async () => {
    await migrate(settings, chatSchema);
    await open();
    const insert = (seq: number, id: string): Promise<unknown> =>
      database!.writer.query(
        'INSERT INTO messages (conversation_id, seq, sender_id, content, timestamp, client_msg_id) VALUES (1, ?, 1, ?, ?, ?)',
        [seq, 'x', '2026-01-01 00:00:00.000', id],
      );
    await insert(1, 'abc');
    await insert(2, 'ABC');
    await expect(insert(3, 'abc')).rejects.toThrow('UNIQUE');
  });
});
