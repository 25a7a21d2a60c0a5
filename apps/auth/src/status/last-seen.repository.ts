import { Injectable } from '@nestjs/common';
import { Database, fromDbTime } from '@app/database';

/** Chat owns `last_seen` and may not have made it yet, or not have granted it: then nothing is known. */
const MISSING = /no such table|ER_NO_SUCH_TABLE|ER_TABLEACCESS_DENIED_ERROR/;

@Injectable()
export class LastSeenRepository {
  constructor(private readonly database: Database) {}

  /** When users were last online, epoch milliseconds, from what chat keeps beside the presence store. */
  async findLastSeen(usernames: readonly string[]): Promise<Map<string, number>> {
    if (usernames.length === 0) return new Map();
    const marks = usernames.map(() => '?').join(', ');
    try {
      const rows: { username: string; seenAt: string | Date }[] = await this.database.read.query(
        `SELECT username, seen_at AS seenAt FROM last_seen WHERE username IN (${marks})`,
        [...usernames],
      );
      return new Map(rows.map(({ username, seenAt }) => [username, fromDbTime(seenAt).getTime()]));
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (MISSING.test(`${code} ${message}`)) return new Map();
      throw error;
    }
  }
}
