import { afterAll, beforeAll, it } from 'vitest';
import { ChatReadsFixture } from './chat-reads.fixture.js';
import { servicesOf } from './random-history.js';

let chat: ChatReadsFixture;
beforeAll(async () => { chat = await ChatReadsFixture.start(); await chat.database.writer.query('PRAGMA synchronous = OFF'); });
afterAll(() => chat.stop());
async function time(name: string, n: number, f: () => Promise<unknown>) {
  for (let i = 0; i < n / 5; i++) await f();
  const c = process.cpuUsage(); const t = performance.now();
  for (let i = 0; i < n; i++) await f();
  const d = process.cpuUsage(c);
  process.stdout.write(`${name}: ${((performance.now() - t) / n * 1000).toFixed(0)} us wall, ${((d.user + d.system) / n).toFixed(0)} us cpu\n`);
}
it('bench', { timeout: 300000 }, async () => {
  const s = servicesOf(chat);
  const a = await chat.join(), b = await chat.join(); const c = await chat.join();
  const many = []; for (let i = 0; i < 999; i++) many.push(await chat.join());
  const p = (page: number, dir: 'asc'|'desc') => ({ page: { page, size: 20, offset: page * 20, sort: [{ field: 'seq', direction: dir }] } }) as const;
  for (let i = 0; i < 3000; i++) await (i % 2 ? a : b).send({ receiver: i % 2 ? b : a }, 'x'.repeat(300));
  await time('private page first', 1000, () => s.history.getPrivateHistory(a.id, [a.id, b.id], p(0, 'asc')));
  await time('private page deep', 1000, () => s.history.getPrivateHistory(a.id, [a.id, b.id], p(100, 'asc')));
  await time('private page http', 1000, () => a.get(`/api/chat/messages/${a.id}/${b.id}`));
  const small = await a.makesGroup([b, c]);
  for (let i = 0; i < 40; i++) await a.send({ groupId: small.id }, 'x'.repeat(300));
  await time('small group page, own', 1000, () => s.history.getGroupHistory(a.id, small.id, p(0, 'asc')));
  const g = await a.makesGroup(); 
  for (const m of many) await a.adds(m);
  for (let i = 0; i < 999; i += 100) await s.groups.addMembers(a.id, g.id, many.slice(i, i + 100).map((m) => m.id));
  for (let i = 0; i < 40; i++) await a.send({ groupId: g.id }, 'x'.repeat(300));
  await time('1000 page, own unread', 200, () => s.history.getGroupHistory(a.id, g.id, p(0, 'asc')));
  await time('1000 page, others', 200, () => s.history.getGroupHistory(many[0]!.id, g.id, p(0, 'asc')));
  await chat.write('UPDATE memberships SET read_seq = 40, own_after = 0 WHERE conversation_id = 3');
  await time('1000 page, own read by all', 200, () => s.history.getGroupHistory(a.id, g.id, p(0, 'asc')));
  await time('send to 1000', 300, () => a.send({ groupId: g.id }, 'x'));
  await time('send to 3', 300, () => a.send({ groupId: small.id }, 'x'));
  const ms = []; for (let i = 0; i < 300; i++) ms.push(await a.send({ groupId: g.id }, 'x'));
  let k = 0; await time('read one in 1000', 250, () => s.reads.markMessageRead(many[0]!, ms[k++ % 300]!.id));
  k = 0; await time('read one again', 250, () => s.reads.markMessageRead(many[0]!, ms[k++ % 250]!.id));
  k = 0; await time('read one in private', 250, async () => { const m = await a.send({ receiver: b }); await s.reads.markMessageRead(b, m.id); });
  await time('leave 1000 group', 50, async () => { const m = many[++k]!; await s.groups.removeMember(m.id, g.id, m.id); });
  for (let i = 0; i < 18; i++) await a.send({ receiver: many[i]! });
  await time('list of 21', 500, () => s.conversations.listConversations(a.id));
  await time('list of c', 500, () => s.conversations.listConversations(c.id));
  const d = await chat.join();
  for (let i = 0; i < 20; i++) { await d.send({ receiver: many[i]! }); await many[i]!.send({ receiver: d }); if (i%2) await d.send({ receiver: many[i]! }); }
  await time('list of 20 private', 1000, () => s.conversations.listConversations(d.id));
  const e = await chat.join();
  for (let i = 0; i < 999; i++) { await e.send({ receiver: many[i]! }); }
  const more = []; for (let i = 0; i < 1001; i++) more.push(await chat.join());
  for (const m of more) await m.send({ receiver: e });
  await time('list of 2000 private', 30, () => s.conversations.listConversations(e.id));
  await time('list of 2000 private http', 30, () => e.get('/api/chat/conversations'));
  await time('sync of 2000', 30, () => e.post('/api/chat/sync', { conversations: {} }));
});
