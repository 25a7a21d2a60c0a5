import { Injectable } from '@nestjs/common';
import { Database, databaseNow, execute, fromDbTime, placeholders, toDbTime } from '@app/database';

const ROWS_PER_DELETE = 1_000;
/** Each owner once, by the index on (owner, ...): as many steps as owners, however many rows. */
const OWNERS = `WITH RECURSIVE owners (owner) AS (
  SELECT MIN(owner) FROM outbox
  UNION ALL
  SELECT (SELECT MIN(o.owner) FROM outbox o WHERE o.owner > owners.owner) FROM owners WHERE owners.owner IS NOT NULL
) SELECT owner FROM owners WHERE owner IS NOT NULL`;

/** What keeps the outbox going besides publishing: adoption, counting, cleaning. */
@Injectable()
export class OutboxUpkeepRepository {
  constructor(private readonly database: Database) {}

  /** Everyone who ever wrote a row that is still there. */
  async listOwners(): Promise<string[]> {
    const rows: { owner: string }[] = await this.database.read.query(OWNERS);
    return rows.map(({ owner }) => owner);
  }

  async countUnpublished(): Promise<number> {
    const counts = await Promise.all((await this.listOwners()).map((owner) => this.countOf(owner)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * Gives `owner` the unpublished rows of everyone without a live lease (of everyone else, when `all`); answers how many. Of several
   * instances that try at once exactly one gets a row. An expired lease ends here, so its holder finds itself fenced.
   */
  async adopt(owner: string, all: boolean): Promise<number> {
    const others = (await this.listOwners()).filter((other) => other !== owner);
    const candidates = all ? others : await this.withoutLease(others);
    let adopted = 0;
    for (const other of candidates)
      if ((await this.countOf(other)) > 0) adopted += await this.adoptFrom(other, owner, all);
    return adopted;
  }

  /** Ends leases that ran out long ago, whether or not there was anything to adopt. */
  async forgetInstances(expiredForMs: number): Promise<void> {
    const before = toDbTime((await databaseNow(this.database.read)) - expiredForMs);
    const stale: unknown[] = await this.database.read.query('SELECT id FROM instances WHERE expires_at < ?', [before]);
    if (stale.length > 0) {
      await execute(this.database.writer.manager, 'DELETE FROM instances WHERE expires_at < ?', [before]);
    }
  }

  /**
   * Deletes rows that were published longer than `keepMs` ago, 1,000 at a time; answers how many. Walks the table from its oldest row, so that
   * no index on the time is needed.
   */
  async deletePublished(keepMs: number): Promise<number> {
    const limit = (await databaseNow(this.database.read)) - keepMs;
    let deleted = 0;
    for (let after: number | null = 0; after !== null;) {
      const rows: OldRow[] = await this.database.read.query(
        'SELECT id, created_at, published_at FROM outbox WHERE id > ? ORDER BY id LIMIT ?',
        [after, ROWS_PER_DELETE],
      );
      const old = rows.filter(({ published_at }) => published_at !== null && timeOf(published_at) < limit);
      if (old.length > 0) deleted += await this.deleteRows(old.map(({ id }) => id));
      const last = rows.at(-1);
      const more = rows.length === ROWS_PER_DELETE && last !== undefined && timeOf(last.created_at) < limit;
      after = more ? last.id : null;
    }
    return deleted;
  }

  private async deleteRows(ids: readonly number[]): Promise<number> {
    const sql = `DELETE FROM outbox WHERE id IN (${placeholders(ids.length)})`;
    return (await execute(this.database.writer.manager, sql, [...ids])).affected;
  }

  private async countOf(owner: string): Promise<number> {
    const rows: { count: number | string }[] = await this.database.read.query(
      'SELECT COUNT(*) AS count FROM outbox WHERE owner = ? AND published_at IS NULL',
      [owner],
    );
    return Number(rows[0]!.count);
  }

  private async withoutLease(owners: readonly string[]): Promise<string[]> {
    const em = this.database.read;
    const now = toDbTime(await databaseNow(em));
    const rows: { id: string }[] = await em.query('SELECT id FROM instances WHERE expires_at >= ?', [now]);
    const live = new Set(rows.map(({ id }) => id));
    return owners.filter((owner) => !live.has(owner));
  }

  private adoptFrom(other: string, owner: string, all: boolean): Promise<number> {
    return this.database.transaction(async (em) => {
      const now = toDbTime(await databaseNow(em));
      const ended = all
        ? await execute(em, 'DELETE FROM instances WHERE id = ?', [other])
        : await execute(em, 'DELETE FROM instances WHERE id = ? AND expires_at < ?', [other, now]);
      if (ended.affected === 0) {
        const held: unknown[] = await em.query('SELECT id FROM instances WHERE id = ?', [other]);
        if (held.length > 0) return 0;
      }
      const sql = 'UPDATE outbox SET owner = ? WHERE owner = ? AND published_at IS NULL';
      return (await execute(em, sql, [owner, other])).affected;
    });
  }
}

interface OldRow {
  readonly id: number;
  readonly created_at: string | Date;
  readonly published_at: string | Date | null;
}

const timeOf = (value: string | Date): number => fromDbTime(value).getTime();
