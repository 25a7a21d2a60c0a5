import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EntityManager } from '@app/database';
import { ChatReadsFixture, type Person } from './chat-reads.fixture.js';

type Query = (sql: string, parameters?: unknown[], structured?: boolean) => Promise<unknown>;

/** What SQLite does for each statement of a piece of work, as EXPLAIN QUERY PLAN says it. */
class QueryPlans {
  private readonly seen = new Map<string, unknown[]>();
  private readonly explain: Query;

  constructor({ database }: ChatReadsFixture) {
    const manager = database.read as unknown as { query: Query };
    this.explain = manager.query.bind(manager);
    manager.query = this.noting(this.explain);
    const transaction = database.transaction.bind(database);
    database.transaction = (work) =>
      transaction((em: EntityManager) => {
        const runner = em.queryRunner as unknown as { query: Query };
        runner.query = this.noting(runner.query.bind(runner));
        return work(em);
      });
  }

  async of(work: () => Promise<unknown>): Promise<{ sql: string; plan: string[] }[]> {
    this.seen.clear();
    await work();
    const statements = [...this.seen].filter(([sql]) => /^\s*(SELECT|INSERT|UPDATE|DELETE)/.test(sql));
    return Promise.all(
      statements.map(async ([sql, parameters]) => {
        const rows = (await this.explain(`EXPLAIN QUERY PLAN ${sql}`, parameters)) as { detail: string }[];
        return { sql: sql.replaceAll(/\s+/g, ' '), plan: rows.map((row) => row.detail) };
      }),
    );
  }

  private noting(query: Query): Query {
    return (sql, parameters = [], structured) => {
      this.seen.set(sql, parameters);
      return query(sql, parameters, structured);
    };
  }
}

/** A walk over a whole table; rows given as VALUES and the results of subqueries are none. */
const isTableScan = (detail: string): boolean => /^SCAN (?!.*(VALUES|CONSTANT ROW|subquery|newest))/.test(detail);

describe('the statements of chat', () => {
  let chat: ChatReadsFixture;
  let plans: QueryPlans;
  let anna: Person;
  let bob: Person;
  let carl: Person;
  let groupId: number;

  beforeAll(async () => {
    chat = await ChatReadsFixture.start();
    [anna, bob, carl] = await chat.joinMany(3);
    ({ id: groupId } = await anna.makesGroup([bob, carl]));
    for (let n = 0; n < 5; n += 1) {
      await anna.send({ receiver: bob });
      await anna.send({ groupId });
    }
    plans = new QueryPlans(chat);
  });
  afterAll(() => chat.stop());

  const work: [what: string, work: () => Promise<unknown>][] = [
    ['the conversation list', () => anna.get('/api/chat/conversations')],
    ['a page of a pair', () => bob.get(`/api/chat/messages/${anna.id}/${bob.id}?page=3`)],
    ['a page of a group', () => anna.get(`/api/chat/messages/${groupId}?sort=seq,desc`)],
    ['a slice', () => anna.get(`/api/chat/messages/${groupId}?beforeSeq=3`)],
    ['a sync', () => bob.post('/api/chat/sync', { conversations: {} })],
    [
      'reading out of order, up to a seq and on',
      async () => {
        const message = await bob.send({ groupId });
        await carl.reads(message);
        await carl.send({ groupId });
        for (const upToSeq of [2, 5, 6]) await carl.post(`/api/chat/conversations/g:${groupId}/read`, { upToSeq });
        await anna.get(`/api/chat/messages/${message.id}/info`);
      },
    ],
    ['a search for users', () => bob.get('/api/chat/users/search?q=us')],
    [
      'the life of a group',
      async () => {
        const group = await anna.makesGroup([bob, carl]);
        await anna.call('PUT', `/api/groups/${group.id}`, { name: 'other' });
        await anna.get(`/api/groups/${group.id}/members`);
        await anna.call('DELETE', `/api/groups/${group.id}/users/${bob.id}`);
        await anna.post(`/api/groups/${group.id}/owner/${carl.id}`);
      },
    ],
    ['closing an account', () => chat.deletions.closeAccount(carl.id)],
  ];

  it.each(work)('find their rows by index in %s', async (_what, run) => {
    const found = await plans.of(run);
    expect(found.length).toBeGreaterThan(0);
    for (const { sql, plan } of found) expect({ sql, scans: plan.filter(isTableScan) }).toEqual({ sql, scans: [] });
  });

  it('take a deep page as the first one: no COUNT, no OFFSET, no sort, one walk along (conversation, seq)', async () => {
    const statements = async (page: number): Promise<{ sql: string; plan: string[] }[]> =>
      (await plans.of(() => anna.get(`/api/chat/messages/${anna.id}/${bob.id}?size=1&page=${page}`))).filter(
        ({ sql }) => sql.includes('messages'),
      );
    const [first, deep] = [await statements(0), await statements(4)];
    expect(deep).toEqual(first);
    const history = deep.find(({ sql }) => sql.includes('content'));
    expect(history?.plan).toEqual([
      'SEARCH messages USING INDEX uq_messages_conversation_seq (conversation_id=? AND seq>? AND seq<?)',
    ]);
    for (const { sql } of deep) expect(sql).not.toMatch(/COUNT\(|OFFSET/);
  });

  it('are found out when they scan', async () => {
    const [scan] = await plans.of(() => chat.query("SELECT id FROM messages WHERE content = 'x'"));
    expect(scan?.plan.some(isTableScan)).toBe(true);
  });
});
