import 'reflect-metadata';
import { Session } from 'node:inspector/promises';
import { writeFileSync } from 'node:fs';
import { it } from 'vitest';
import { AcceptPathFixture, asSender } from './accept-path.fixture.js';
const content = 'x'.repeat(300);
it('profile', async () => {
  const path = await AcceptPathFixture.start({ users: 200 });
  const sendAll = async (prefix: string, senders: number, perSender: number): Promise<void> => {
    const loop = async (sender: number): Promise<void> => {
      for (let n = 0; n < perSender; n += 1)
        await path.messages.sendMessage(asSender(sender), {
          receiver: { id: 64 + sender },
          content,
          clientMsgId: `${prefix}-${sender}-${n}`,
        });
    };
    await Promise.all(Array.from({ length: senders }, (_, index) => loop(index + 1)));
  };
  for (const pragma of (process.env['PRAGMAS'] ?? '').split(',').filter(Boolean)) await path.write(`PRAGMA ${pragma}`);
  await sendAll('warm', 64, 100);
  if (process.env['STMT']) {
    const src = path.database.writer as unknown as {
      driver: {
        databaseConnection: {
          prepare(sql: string): { run(...a: unknown[]): unknown; all(...a: unknown[]): unknown; reader: boolean };
        };
      };
    };
    const conn = src.driver.databaseConnection;
    const prep = conn.prepare.bind(conn);
    const times = new Map<string, [number, number]>();
    const commits: number[] = [];
    const runner = path.database.writer.createQueryRunner() as unknown as { stmtCache: Map<string, unknown> };
    runner.stmtCache.clear();
    conn.prepare = (sql: string) => {
      const st = prep(sql);
      const key = sql.replace(/\s+/g, ' ').slice(0, 60);
      const wrap =
        (f: (...a: unknown[]) => unknown) =>
        (...a: unknown[]) => {
          const t = process.hrtime.bigint();
          try {
            return f(...a);
          } finally {
            const e = times.get(key) ?? [0, 0];
            e[0] += Number(process.hrtime.bigint() - t) / 1000;
            e[1]++;
            times.set(key, e);
            if (key === 'COMMIT') commits.push(Number(process.hrtime.bigint() - t) / 1e6);
          }
        };
      return { reader: st.reader, run: wrap((...a) => st.run(...a)), all: wrap((...a) => st.all(...a)) } as never;
    };
    if (process.env['IDX']) for (const q of process.env['IDX'].split(';')) await path.write(q);
    await path.query('SELECT 1');
    const wal = (): Promise<unknown> => path.database.writer.query('PRAGMA wal_checkpoint(TRUNCATE)');
    await wal();
    const start = performance.now();
    await sendAll('stmt', 64, 300);
    const ms = performance.now() - start;
    commits.sort((a, b) => a - b);
    process.stdout.write(
      `cpu commits p50 ${commits[commits.length >> 1]!.toFixed(1)} p95 ${commits[Math.floor(commits.length * 0.95)]!.toFixed(1)} max ${commits.at(-1)!.toFixed(1)}; wal ${JSON.stringify(await path.database.writer.query('PRAGMA wal_checkpoint(PASSIVE)'))}\n`,
    );
    process.stdout.write(
      `STMT cpu total ${Math.round(ms)} ms for ${64 * 300}\n` +
        [...times]
          .sort((a, b) => b[1][0] - a[1][0])
          .map(([k, [us, n]]) => `cpu ${(us / 19200).toFixed(1)} us/send, ${n} x ${(us / n).toFixed(0)} us: ${k}`)
          .join('\n') +
        '\n',
    );
  }
  for (const senders of [64])
    for (let r = 0; r < 0; r++) {
      const before = process.cpuUsage();
      const start = performance.now();
      const per = senders === 64 ? 200 : 500;
      await sendAll(`r${senders}-${r}`, senders, per);
      const ms = performance.now() - start;
      const cpu = process.cpuUsage(before);
      const sent = senders * per;
      process.stdout.write(
        `${senders}: ${Math.round((sent / ms) * 1000)}/s cpu ${Math.round((cpu.user + cpu.system) / sent)} us (sys ${Math.round(cpu.system / sent)})\n`,
      );
    }
  if (process.env['PROF']) {
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
    await sendAll('prof', 64, 300);
    const { profile } = await session.post('Profiler.stop');
    writeFileSync('/tmp/accept.cpuprofile', JSON.stringify(profile));
  }
  await path.stop();
}, 120000);
