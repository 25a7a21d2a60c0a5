import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { authSchema } from '../../../apps/auth/src/index.js';
import { chatSchema } from '../../../apps/chat/src/database/index.js';
import {
  databaseNow,
  execute,
  findSchemaDrift,
  isUniqueViolation,
  migrate,
  openDatabase,
  revertMigrations,
  uniqueViolationTarget,
} from './index.js';
const settings = { driver: 'mysql', url: 'mysql://app:app@127.0.0.1:39306/chatapp' } as const;
describe('mariadb', () => {
  it('migrates', async () => {
    const warnings: unknown[] = [];
    console.log(
      await Promise.all([migrate(settings, authSchema), migrate(settings, chatSchema), migrate(settings, chatSchema)]),
    );
    const db = await openDatabase(settings, {
      entities: [...authSchema.entities, ...chatSchema.entities],
      logger: { warn: (f, m) => warnings.push([f, m]) },
    });
    console.log('drift', await findSchemaDrift(db), warnings);
    console.log(await db.read.query('SELECT @@tx_isolation i, @@time_zone z, @@innodb_lock_wait_timeout w'));
    console.log(Math.abs((await databaseNow(db.read)) - Date.now()));
    console.log(
      await execute(
        db.writer.manager,
        "INSERT INTO last_seen (username, seen_at) VALUES ('a', '2026-01-01 10:00:00.123'), ('b', '2026-01-01 10:00:00.123')",
      ),
    );
    console.log(
      await db.read.query('SELECT * FROM last_seen'),
      await db.read.query('SELECT COUNT(*) AS n, SUM(1) AS s, MAX(id) m FROM outbox'),
    );
    const e: unknown = await db.writer
      .query("INSERT INTO last_seen (username, seen_at) VALUES ('A', '2026-01-01 10:00:00.123')")
      .catch((x: unknown) => x);
    console.log(isUniqueViolation(e), uniqueViolationTarget(e));
    // deadlock
    await db.writer.query("INSERT INTO instances VALUES ('a', 1, '2026-01-01'), ('b', 1, '2026-01-01')");
    let tries = 0;
    const cross = (x: string, y: string) =>
      db.transaction(async (em) => {
        tries++;
        await em.query('UPDATE instances SET fence = fence + 1 WHERE id = ?', [x]);
        await sleep(50);
        await em.query('UPDATE instances SET fence = fence + 1 WHERE id = ?', [y]);
      });
    await Promise.all([cross('a', 'b'), cross('b', 'a')]);
    console.log('tries', tries, await db.read.query('SELECT * FROM instances'));
    expect(tries).toBeGreaterThan(2);
    // timeouts
    const t = Date.now();
    await expect(db.transaction((em) => em.query('SELECT SLEEP(20)'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    console.log('timeout after', Date.now() - t);
    // pool
    const holders = Array.from({ length: 12 }, () =>
      db
        .transaction((em) => em.query('SELECT SLEEP(3)'))
        .then(
          () => 'ok',
          (x: { code: string }) => x.code,
        ),
    );
    console.log(await Promise.all(holders));
    await db.close();
    for (const s of [chatSchema, authSchema]) await revertMigrations(settings, s);
    await expect(
      openDatabase({ driver: 'mysql', url: 'mysql://app:app@127.0.0.1:39307/chatapp' }, { entities: [] }),
    ).rejects.toThrow();
  }, 60000);
});
