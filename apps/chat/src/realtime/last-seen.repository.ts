import { Injectable } from '@nestjs/common';
import { Database, toDbTime } from '@app/database';

/** When users were last online, kept beside the presence store so that it survives it. */
@Injectable()
export class LastSeenRepository {
  constructor(private readonly database: Database) {}

  /** Names with the time in epoch milliseconds; one statement for all. */
  async record(seen: readonly (readonly [username: string, at: number])[]): Promise<void> {
    const rows = seen.map(() => '(?, ?)').join(', ');
    const upsert =
      this.database.dialect === 'sqlite'
        ? 'ON CONFLICT(username) DO UPDATE SET seen_at = excluded.seen_at'
        : 'ON DUPLICATE KEY UPDATE seen_at = VALUES(seen_at)';
    const values = seen.flatMap(([username, at]) => [username, toDbTime(at)]);
    await this.database.transaction((em) =>
      em.query(`INSERT INTO last_seen (username, seen_at) VALUES ${rows} ${upsert}`, values),
    );
  }
}
