import { afterAll, beforeAll, it } from 'vitest';
import { ChatReadsFixture } from './chat-reads.fixture.js';

let chat: ChatReadsFixture;
beforeAll(async () => { chat = await ChatReadsFixture.start(); });
afterAll(() => chat.stop());

it('plans', async () => {
  const [a, b, c] = await chat.joinMany(3);
  const seen = new Map<string, unknown[]>();
  const db = chat.database;
  const q = db.read.query.bind(db.read);
  db.read.query = ((sql: string, p: unknown[]) => { seen.set(sql, p); return q(sql, p); }) as never;
  const t = db.transaction.bind(db);
  db.transaction = ((work: any) => t((em: any) => { const r = em.queryRunner; const rq = r.query.bind(r); r.query = (s: string, p: unknown[], x: unknown) => { seen.set(s, p); return rq(s, p, x); }; return work(em); })) as never;
  const g = await a.makesGroup([b, c]);
  for (let i = 0; i < 5; i++) { await a.send({ groupId: g.id }); await a.send({ receiver: b }); }
  const m = await b.send({ groupId: g.id });
  await c.reads(m); 
  await a.send({groupId: g.id}); await c.send({groupId: g.id});
  await c.post(`/api/chat/conversations/g:${g.id}/read`, { upToSeq: 3 });
  await c.post(`/api/chat/conversations/g:${g.id}/read`, { upToSeq: 7 });
  await b.get('/api/chat/conversations');
  await b.get(`/api/chat/messages/${g.id}`);
  await b.get(`/api/chat/messages/${g.id}?sort=seq,desc`);
  await b.get(`/api/chat/messages/${a.id}/${b.id}`);
  await b.get(`/api/chat/messages/${m.id}/info`);
  await b.post('/api/chat/sync', { conversations: {} });
  await b.get('/api/chat/users/search?q=us');
  await a.call('DELETE', `/api/groups/${g.id}/users/${c.id}`);
  await b.deletesAccount(); await chat.deletions.closeAccount(b.id);
  await a.statuses(`${g.id}`);
  for (const [sql, p] of seen) {
    if (!/^\s*(SELECT|INSERT|UPDATE|DELETE)/.test(sql)) continue;
    const plan = await q('EXPLAIN QUERY PLAN ' + sql, p) as { detail: string }[];
    const d = plan.map((r) => r.detail);
    if (d.length) process.stdout.write(sql.replace(/\s+/g, ' ').slice(0, 230) + '\n   => ' + d.join('\n      ') + '\n');
  }
});
