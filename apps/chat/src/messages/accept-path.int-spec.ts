import 'reflect-metadata';
import { MessageDtoSchema, MessageEventSchema, type MessageDto } from '@app/contracts';
import { armFailpoints } from '@app/database';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AcceptPathFixture, asSender, type StoredMessage } from './accept-path.fixture.js';
import { AcceptedMessageRepository } from './accepted-message.repository.js';

type Outcome = PromiseSettledResult<MessageDto>;
const codeOf = (outcome: Outcome): string | undefined =>
  outcome.status === 'rejected' ? String((outcome.reason as { code?: unknown }).code ?? outcome.reason) : undefined;
const accepted = (outcomes: readonly Outcome[]): MessageDto[] =>
  outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));

describe('the accept path', () => {
  let path: AcceptPathFixture;
  let now: number;
  beforeEach(async () => {
    now = 1_700_000_000_000;
    path = await AcceptPathFixture.start({ users: 20, clock: () => now });
  });
  afterEach(async () => {
    armFailpoints(undefined);
    vi.restoreAllMocks();
    await path.stop();
  });

  const send = (from: number, to: number, content = 'hi', clientMsgId: string | null = null): Promise<MessageDto> =>
    path.messages.sendMessage(asSender(from), { receiver: { id: to }, content, clientMsgId });
  const sendToGroup = (from: number, groupId: number, content = 'hi', clientMsgId?: string): Promise<MessageDto> =>
    path.messages.sendMessage(asSender(from), { groupId, content, clientMsgId });
  const all = (sends: readonly Promise<MessageDto>[]): Promise<Outcome[]> => Promise.allSettled(sends);

  const expectNoGaps = (rows: readonly StoredMessage[]): void => {
    const seqs = new Map<number, number[]>();
    for (const { conversationId, seq } of rows) seqs.set(conversationId, [...(seqs.get(conversationId) ?? []), seq]);
    for (const list of seqs.values()) expect(list).toEqual(list.map((_, index) => index + 1));
  };

  it('stores a private message and answers it as its sender sees it', async () => {
    const message = await send(1, 2, 'hello\nthere', 'c-1');
    expect(MessageDtoSchema.parse(message)).toEqual({
      id: 1,
      sender: { id: 1, username: 'user1' },
      receiver: { id: 2, username: 'user2' },
      groupId: null,
      content: 'hello\nthere',
      timestamp: new Date(now).toISOString(),
      type: 'CHAT',
      status: 'DELIVERED',
      conversationId: 'p:1:2',
      seq: 1,
      clientMsgId: 'c-1',
    });
    const rows = await path.query(
      'SELECT kind, low_id, high_id, group_id, first_seq, last_seq, last_message_id, last_timestamp FROM conversations',
    );
    expect(rows).toEqual([
      {
        kind: 'PRIVATE',
        low_id: 1,
        high_id: 2,
        group_id: null,
        first_seq: 1,
        last_seq: 1,
        last_message_id: 1,
        last_timestamp: '2023-11-14 22:13:20.000',
      },
    ]);
  });

  it('stores a group message for its members only', async () => {
    const groupId = await path.createGroup([1, 2]);
    expect(await sendToGroup(2, groupId)).toMatchObject({
      conversationId: `g:${groupId}`,
      groupId,
      receiver: null,
      seq: 1,
    });
    await expect(sendToGroup(3, groupId)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    await expect(sendToGroup(1, 99)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await path.write('UPDATE memberships SET left_seq = 1 WHERE user_id = 2');
    await expect(sendToGroup(2, groupId)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(await sendToGroup(1, groupId)).toMatchObject({ seq: 2 });
  });

  it('takes the receiver of a live send by id or by name, in any case', async () => {
    const live = (receiver: { id: number } | { username: string }): Promise<MessageDto> =>
      path.messages.sendLive(asSender(1), { receiver, content: 'hi' });
    expect(await live({ username: 'USER2' })).toMatchObject({ receiver: { id: 2, username: 'user2' }, seq: 1 });
    expect(await live({ id: 2 })).toMatchObject({ seq: 2 });
    expect(await live({ username: 'USER2' })).toMatchObject({ seq: 3 });
    await expect(live({ username: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(live({ username: 'user1' })).rejects.toMatchObject({ code: 'SELF_TARGET' });
    await path.write("UPDATE users SET deleted_at = '2023-01-01 00:00:00.000' WHERE id = 2");
    await expect(live({ username: 'USER2' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses oneself, unknown and deleted users', async () => {
    await path.write("UPDATE users SET deleted_at = '2023-01-01 00:00:00.000' WHERE id IN (5, 6)");
    const outcomes = await all([send(1, 1), send(1, 999), send(1, 5), send(6, 1), send(1, 2)]);
    expect(outcomes.map(codeOf)).toEqual(['SELF_TARGET', 'NOT_FOUND', 'NOT_FOUND', 'SESSION_ENDED', undefined]);
    expect(await path.query('SELECT low_id, high_id FROM conversations')).toEqual([{ low_id: 1, high_id: 2 }]);
  });

  it('lets a block bite on the very next message, in both directions, and leaves a group alone', async () => {
    const groupId = await path.createGroup([1, 2]);
    await send(1, 2);
    await path.write('INSERT INTO blocks (user_id, blocked_user_id) VALUES (2, 1)');
    const outcomes = await all([send(1, 2), send(2, 1), sendToGroup(1, groupId), send(3, 4)]);
    expect(outcomes.map(codeOf)).toEqual(['BLOCKED', 'BLOCKED', undefined, undefined]);
    await path.write('DELETE FROM blocks');
    expect(await send(2, 1)).toMatchObject({ seq: 2 });
  });

  it('makes no conversation for a first contact that is refused', async () => {
    await path.write('INSERT INTO blocks (user_id, blocked_user_id) VALUES (2, 1)');
    await expect(send(1, 2)).rejects.toMatchObject({ code: 'BLOCKED' });
    expect(await path.query('SELECT id FROM conversations')).toEqual([]);
    expect(await path.query('SELECT id FROM memberships')).toEqual([]);
  });

  it('makes one conversation of many first contacts at once, from both sides', async () => {
    const sends = Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? send(1, 2, `${n}`) : send(2, 1, `${n}`)));
    const messages = accepted(await all(sends));
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
    expect(await path.query('SELECT user_id, joined_seq FROM memberships ORDER BY user_id')).toEqual([
      { user_id: 1, joined_seq: 0 },
      { user_id: 2, joined_seq: 0 },
    ]);
  });

  it('numbers without gaps where accepted, refused and repeated sends share batches', async () => {
    const groupId = await path.createGroup([1, 2, 3]);
    await path.write('INSERT INTO blocks (user_id, blocked_user_id) VALUES (8, 9)');
    const sends = Array.from({ length: 100 }, (_, n) => [
      sendToGroup(1 + (n % 5), groupId, `g${n}`, `g${n}`),
      send(1 + (n % 3), 10, `p${n}`, `p${n}`),
      send(1 + (n % 3), 10, `p${n}`, `p${n}`),
      send(8, 9, 'blocked'),
    ]).flat();
    const outcomes = await all(sends);
    const counts = new Map<string | undefined, number>();
    for (const outcome of outcomes) counts.set(codeOf(outcome), (counts.get(codeOf(outcome)) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ undefined: 260, NOT_A_MEMBER: 40, BLOCKED: 100 });
    const rows = await path.listMessages();
    expect(rows).toHaveLength(160);
    expectNoGaps(rows);
    const ids = new Set(accepted(outcomes).map(({ id }) => id));
    expect([...ids].toSorted((a, b) => a - b)).toEqual(rows.map(({ id }) => id).toSorted((a, b) => a - b));
  });

  it('accepts each of 1,000 client message ids once, however often and overlapping it is retried', async () => {
    const retry = (n: number): Promise<MessageDto> => send(1 + (n % 7), 8 + (n % 5), `text ${n}`, `id-${n}`);
    for (let from = 0; from < 1_000; from += 250) {
      const round = (): Promise<Outcome[]> => all(Array.from({ length: 250 }, (_, n) => retry(from + n)));
      const overlapping = await Promise.all([round(), round(), round(), round()]);
      const answers = [...overlapping, await round()].map(accepted);
      expect(answers[0]).toHaveLength(250);
      for (const answer of answers) expect(answer).toEqual(answers[0]);
    }
    const rows = await path.listMessages();
    expect(rows).toHaveLength(1_000);
    expectNoGaps(rows);
  });

  it('answers 409 for a client message id with other content or target, and tells ids apart by case and sender', async () => {
    const first = await send(1, 2, 'hi', 'abc');
    await expect(send(1, 2, 'other', 'abc')).rejects.toMatchObject({ code: 'CLIENT_MSG_ID_REUSED' });
    await expect(send(1, 3, 'hi', 'abc')).rejects.toMatchObject({ code: 'CLIENT_MSG_ID_REUSED' });
    expect(await send(1, 2, 'hi', 'ABC')).toMatchObject({ seq: 2 });
    expect(await send(2, 1, 'hi', 'abc')).toMatchObject({ seq: 3 });
    expect(await send(1, 2, 'hi', 'abc')).toEqual(first);
  });

  it('answers a retry after a block and after the receiver read it', async () => {
    const first = await send(1, 2, 'hi', 'abc');
    await path.write('INSERT INTO blocks (user_id, blocked_user_id) VALUES (2, 1)');
    expect(await send(1, 2, 'hi', 'abc')).toEqual(first);
    await path.write('UPDATE memberships SET read_seq = 1 WHERE user_id = 2');
    expect(await send(1, 2, 'hi', 'abc')).toEqual({ ...first, status: 'READ' });
  });

  it('finds the winner when another instance was faster with the same client message id', async () => {
    const first = await send(1, 2, 'hi', 'abc');
    const repository = path.module.get(AcceptedMessageRepository);
    // Blind for the batch, for the one before, and for the first try of the one that lost.
    const blind = vi.spyOn(repository, 'findStored');
    for (let times = 0; times < 3; times += 1) blind.mockResolvedValueOnce(new Map());
    const outcomes = await all([send(3, 4, 'before'), send(1, 2, 'hi', 'abc'), send(1, 2, 'after')]);
    expect(blind.mock.calls.length).toBeGreaterThan(3);
    expect(outcomes.map(codeOf)).toEqual([undefined, undefined, undefined]);
    expect(accepted(outcomes)[1]).toEqual(first);
    expectNoGaps(await path.listMessages());
  });

  it('keeps one sender in the order of sending, and time from falling', async () => {
    now += 1_000;
    await send(1, 2, 'a');
    now -= 3_600_000;
    const outcomes = await all(['b', 'c', 'd'].map((content) => send(1, 2, content)));
    const times = accepted(outcomes).map(({ timestamp }) => timestamp);
    expect(times).toEqual(Array.from({ length: 3 }, () => new Date(1_700_000_001_000).toISOString()));
    expect((await path.listMessages()).map(({ content }) => content)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('counts own messages as read and others as unread', async () => {
    await all([send(1, 2), send(1, 2), send(2, 1), send(1, 2)]);
    expect(
      await path.query('SELECT user_id, read_seq, own_after, read_ahead FROM memberships ORDER BY user_id'),
    ).toEqual([
      { user_id: 1, read_seq: 2, own_after: 1, read_ahead: 0 },
      { user_id: 2, read_seq: 0, own_after: 1, read_ahead: 0 },
    ]);
  });

  it('writes one outbox row per message in the same transaction, which the relay takes to the bus', async () => {
    const outcomes = await all([send(1, 2, 'a'), send(1, 2, 'b'), send(3, 4, 'c'), send(1, 1), send(2, 1, 'd')]);
    const rows = await path.query<{ payload: string; aggregateid: string; seq: number; from_seq: number }>(
      'SELECT payload, aggregateid, seq, from_seq FROM outbox ORDER BY id',
    );
    const events = rows.map(({ payload }) => MessageEventSchema.parse(JSON.parse(payload)));
    expect(events.map(({ message }) => message)).toEqual(accepted(outcomes));
    expect(rows.map((row) => [row.aggregateid, row.seq, row.from_seq])).toEqual([
      ['p:1:2', 1, 1],
      ['p:1:2', 2, 1],
      ['p:3:4', 1, 1],
      ['p:1:2', 3, 1],
    ]);
    await vi.waitFor(async () => {
      expect(await path.query('SELECT id FROM outbox WHERE published_at IS NULL')).toEqual([]);
    });
  });

  it.each(['send.before_tx', 'send.after_seq', 'send.before_commit'])(
    'stores nothing when it fails at %s',
    async (name) => {
      await send(1, 2, 'before');
      armFailpoints(`${name}:throw`);
      const outcomes = await all([send(1, 2, 'a', 'a'), send(5, 6, 'b', 'b')]);
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
      expect(await path.listMessages()).toHaveLength(1);
      expect(await path.query('SELECT id FROM outbox')).toHaveLength(1);
      expect(await path.query('SELECT id FROM conversations')).toHaveLength(1);
      armFailpoints(undefined);
      expect(await send(1, 2, 'a', 'a')).toMatchObject({ seq: 2 });
    },
  );

  it('lets only the failing one of a batch fail', async () => {
    armFailpoints('send.before_commit:throw@1');
    const outcomes = await all([send(1, 2, 'a'), send(3, 4, 'b')]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'fulfilled']);
    expect(await path.listMessages()).toHaveLength(2);
  });

  it.each(['send.after_commit', 'send.before_ack'])(
    'says OUTCOME_UNKNOWN at %s, and the retry finds the message',
    async (name) => {
      armFailpoints(`${name}:throw`);
      await expect(send(1, 2, 'hi', 'x')).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      armFailpoints(undefined);
      expect(await send(1, 2, 'hi', 'x')).toMatchObject({ id: 1, seq: 1 });
      expect(await path.listMessages()).toHaveLength(1);
      await vi.waitFor(async () => {
        const rows = await path.query<{ published_at: string | null }>('SELECT published_at FROM outbox');
        expect(rows).toEqual([{ published_at: expect.any(String) }]);
      });
    },
  );

  it('says UNAVAILABLE and stores nothing while the database is full', async () => {
    const [pages] = await path.query<{ page_count: number }>('PRAGMA page_count');
    await path.write(`PRAGMA max_page_count = ${pages!.page_count}`);
    const long = 'x'.repeat(9_000);
    const outcomes = await all(Array.from({ length: 20 }, (_, n) => send(1, 2, long, `${n}`)));
    expect(outcomes.map(codeOf)).toContain('UNAVAILABLE');
    const rows = await path.listMessages();
    expect(rows).toHaveLength(accepted(outcomes).length);
    await path.write('PRAGMA max_page_count = 1000000');
    const again = await all(Array.from({ length: 20 }, (_, n) => send(1, 2, long, `${n}`)));
    expect(accepted(again)).toHaveLength(20);
    expectNoGaps(await path.listMessages());
  });

  it('finishes what it took in before it shuts down', async () => {
    const sends = all(Array.from({ length: 300 }, (_, n) => send(1, 2, `${n}`)));
    await path.messages.beforeApplicationShutdown();
    expect(path.queue.length).toBe(0);
    expect(accepted(await sends)).toHaveLength(300);
  });
});
