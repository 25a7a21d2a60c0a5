import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database, databaseNow, execute, isUniqueViolation, toDbTime } from '@app/database';

/** Leases of chat instances, by the database's clock. */
@Injectable()
export class InstanceLeaseRepository {
  constructor(private readonly database: Database) {}

  /** Takes the id for `leaseMs`, from whoever had it; answers the fence, higher than any before. */
  acquire(id: string, leaseMs: number): Promise<number> {
    return this.database.transaction(async (em) => {
      const fence = await this.nextFence(em);
      await execute(em, 'DELETE FROM instances WHERE id = ?', [id]);
      const expiresAt = toDbTime((await databaseNow(em)) + leaseMs);
      await execute(em, 'INSERT INTO instances (id, fence, expires_at) VALUES (?, ?, ?)', [id, fence, expiresAt]);
      return fence;
    });
  }

  /** False when the lease is another's or was ended: then its rows have been adopted. */
  async renew(id: string, fence: number, leaseMs: number): Promise<boolean> {
    return this.database.transaction(async (em) => {
      // Locks the row, and counts alike on both databases: MySQL's UPDATE does not count a row that keeps its value.
      const lock = this.database.dialect === 'mysql' ? 'FOR UPDATE' : '';
      const rows: unknown[] = await em.query(`SELECT id FROM instances WHERE id = ? AND fence = ? ${lock}`, [
        id,
        fence,
      ]);
      if (rows.length === 0) return false;
      const expiresAt = toDbTime((await databaseNow(em)) + leaseMs);
      await execute(em, 'UPDATE instances SET expires_at = ? WHERE id = ?', [expiresAt, id]);
      return true;
    });
  }

  async release(id: string, fence: number): Promise<void> {
    await execute(this.database.writer.manager, 'DELETE FROM instances WHERE id = ? AND fence = ?', [id, fence]);
  }

  private async nextFence(em: EntityManager): Promise<number> {
    const sql = "UPDATE chat_meta SET value = value + 1 WHERE name = 'fence'";
    if ((await execute(em, sql)).affected === 0) {
      try {
        await execute(em, "INSERT INTO chat_meta (name, value) VALUES ('fence', '1')");
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        await execute(em, sql);
      }
    }
    const rows: { value: string }[] = await em.query("SELECT value FROM chat_meta WHERE name = 'fence'");
    return Number(rows[0]!.value);
  }
}
