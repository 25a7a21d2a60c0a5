import { columnsFor, dialectOf } from '@app/database';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

type Columns = ReturnType<typeof columnsFor>;

const unique = (name: string, ...columnNames: string[]): TableIndex =>
  new TableIndex({ name, columnNames, isUnique: true });
const index = (name: string, ...columnNames: string[]): TableIndex => new TableIndex({ name, columnNames });

const users = (column: Columns): Table =>
  new Table({
    name: 'users',
    columns: [
      column.id(),
      column.string('username', 32, { match: 'ignore-case' }),
      column.string('email', 254, { match: 'ignore-case', isNullable: true }),
      column.string('password', 100),
      column.string('role', 16, { default: "'USER'" }),
      column.string('profile_picture_url', 2048, { isNullable: true }),
      column.string('about', 500, { isNullable: true }),
      column.int('token_version', { default: 0 }),
      column.time('created_at'),
      column.time('deleted_at', { isNullable: true }),
    ],
    indices: [unique('uq_users_username', 'username'), unique('uq_users_email', 'email')],
  });

const contacts = (column: Columns): Table =>
  new Table({
    name: 'contacts',
    columns: [column.id(), column.bigint('user_id'), column.bigint('contact_id')],
    indices: [
      unique('uq_contacts_user_id_contact_id', 'user_id', 'contact_id'),
      index('ix_contacts_contact_id', 'contact_id'),
    ],
  });

const blocks = (column: Columns): Table =>
  new Table({
    name: 'blocks',
    columns: [column.id(), column.bigint('user_id'), column.bigint('blocked_user_id')],
    indices: [
      unique('uq_blocks_user_id_blocked_user_id', 'user_id', 'blocked_user_id'),
      index('ix_blocks_blocked_user_id', 'blocked_user_id'),
    ],
  });

const revocations = (column: Columns): Table =>
  new Table({
    name: 'revocations',
    columns: [
      column.id(),
      column.bigint('user_id'),
      column.string('token_id', 64, { isNullable: true }),
      column.int('min_version', { isNullable: true }),
      column.string('except_token_id', 64, { isNullable: true }),
      column.time('effective_at'),
      column.time('expires_at'),
      column.string('reason', 16),
    ],
    indices: [index('ix_revocations_user_id', 'user_id'), index('ix_revocations_expires_at', 'expires_at')],
  });

/** What auth owns. Each table is made only when it is not there: MySQL commits every DDL statement by itself, so a broken run is begun again. */
export class CreateAuthTables1763800000000 implements MigrationInterface {
  readonly name = 'CreateAuthTables1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    const column = columnsFor(dialectOf(runner));
    for (const table of [users, contacts, blocks, revocations]) await runner.createTable(table(column), true);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['revocations', 'blocks', 'contacts', 'users']) await runner.dropTable(name, true);
  }
}
