import { randomUUID } from 'node:crypto';
import { columnsFor, dialectOf, type ColumnFactory } from '@app/database';
import { Table, TableIndex, type MigrationInterface, type QueryRunner, type TableOptions } from 'typeorm';

const index = (name: string, ...columnNames: string[]): TableIndex => new TableIndex({ name, columnNames });
const unique = (name: string, ...columnNames: string[]): TableIndex =>
  new TableIndex({ name, columnNames, isUnique: true });
/** On SQLite without what is published: few pages, always at hand, where the whole index would cost a page per send. */
const unpublishedIndex = new TableIndex({
  name: 'ix_outbox_conversation_published',
  columnNames: ['conversation_id', 'published_at', 'seq'],
  where: 'published_at IS NULL',
});
const key = { isPrimary: true };
const nullable = { isNullable: true };
const zero = { default: 0 };

const conversationTables = (c: ColumnFactory): TableOptions[] => [
  {
    name: 'conversations',
    columns: [
      c.id(),
      c.string('kind', 8),
      c.bigint('low_id', nullable),
      c.bigint('high_id', nullable),
      c.bigint('group_id', nullable),
      c.bigint('first_seq', { default: 1 }),
      c.bigint('last_seq', zero),
      c.time('last_timestamp', nullable),
      c.bigint('last_message_id', nullable),
      c.bigint('membership_version', zero),
    ],
    indices: [
      unique('uq_conversations_pair', 'low_id', 'high_id'),
      unique('uq_conversations_group', 'group_id'),
      index('ix_conversations_high', 'high_id'),
    ],
  },
  {
    name: 'memberships',
    columns: [
      c.id(),
      c.bigint('conversation_id'),
      c.bigint('user_id'),
      c.bigint('joined_seq'),
      c.bigint('left_seq', nullable),
      c.bigint('read_seq'),
      c.bigint('own_after', zero),
      c.bigint('read_ahead', zero),
    ],
    indices: [
      index('ix_memberships_user', 'user_id', 'left_seq'),
      index('ix_memberships_conversation_user', 'conversation_id', 'user_id'),
    ],
  },
];

const messageTables = (c: ColumnFactory): TableOptions[] => [
  {
    name: 'messages',
    columns: [
      c.id(),
      c.bigint('conversation_id'),
      c.bigint('seq'),
      c.bigint('sender_id'),
      c.bigint('receiver_id', nullable),
      c.bigint('group_id', nullable),
      c.text('content'),
      c.time('timestamp'),
      c.string('status', 16, { default: "'DELIVERED'" }),
      c.string('client_msg_id', 64, { isNullable: true, match: 'exact' }),
    ],
    indices: [
      unique('uq_messages_conversation_seq', 'conversation_id', 'seq'),
      unique('uq_messages_sender_client_msg_id', 'sender_id', 'client_msg_id'),
      index('ix_messages_conversation_sender_seq', 'conversation_id', 'sender_id', 'seq'),
    ],
  },
  {
    name: 'message_status',
    columns: [
      c.bigint('message_id', key),
      c.bigint('user_id', key),
      c.string('status', 16),
      c.bigint('conversation_id'),
      c.bigint('seq'),
    ],
    indices: [index('ix_message_status_conversation_user_seq', 'conversation_id', 'user_id', 'seq')],
  },
];

const groupTables = (c: ColumnFactory): TableOptions[] => [
  { name: 'groups', columns: [c.id(), c.string('name', 100), c.bigint('created_by'), c.time('created_at')] },
  {
    name: 'group_users',
    columns: [c.bigint('group_id', key), c.bigint('user_id', key)],
    indices: [index('ix_group_users_user', 'user_id')],
  },
  {
    name: 'group_revocations',
    columns: [c.id(), c.bigint('group_id'), c.bigint('user_id'), c.time('effective_at')],
    indices: [index('ix_group_revocations_effective', 'effective_at')],
  },
];

const outboxColumns = (c: ColumnFactory): NonNullable<TableOptions['columns']> => [
  c.string('topic', 64),
  c.string('aggregatetype', 64),
  c.string('aggregateid', 64),
  c.string('type', 64),
  c.longText('payload'),
  c.bigint('conversation_id'),
  c.bigint('seq', nullable),
  c.bigint('from_seq', nullable),
  c.string('owner', 100),
  c.time('created_at'),
];

const outboxTables = (c: ColumnFactory): TableOptions[] => [
  {
    name: 'outbox',
    columns: [c.id(), ...outboxColumns(c), c.time('published_at', nullable), c.int('attempts', zero)],
    indices: [index('ix_outbox_owner_published', 'owner', 'published_at', 'id'), unpublishedIndex],
  },
  {
    name: 'outbox_dead',
    columns: [c.bigint('id', key), ...outboxColumns(c), c.int('attempts'), c.string('reason', 500), c.time('died_at')],
  },
  { name: 'instances', columns: [c.string('id', 100, key), c.bigint('fence'), c.time('expires_at')] },
];

const otherTables = (c: ColumnFactory): TableOptions[] => [
  { name: 'last_seen', columns: [c.string('username', 32, key), c.time('seen_at')] },
  { name: 'chat_meta', columns: [c.string('name', 64, key), c.string('value', 255)] },
];

const tables = (runner: QueryRunner): TableOptions[] =>
  [conversationTables, messageTables, groupTables, outboxTables, otherTables].flatMap((group) =>
    group(columnsFor(dialectOf(runner))),
  );

/** Everything chat owns. Each step may run again: MySQL commits every CREATE TABLE by itself. */
export class ChatTables1764000000000 implements MigrationInterface {
  name = 'ChatTables1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const options of tables(runner)) await runner.createTable(new Table(options), true);
    const epoch: unknown[] = await runner.query("SELECT value FROM chat_meta WHERE name = 'epoch'");
    if (epoch.length === 0)
      await runner.query("INSERT INTO chat_meta (name, value) VALUES ('epoch', ?)", [randomUUID()]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of tables(runner).toReversed()) await runner.dropTable(name, true);
  }
}
