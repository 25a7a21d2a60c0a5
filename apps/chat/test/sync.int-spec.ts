import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SyncResponseSchema, type SyncResponse } from '@app/contracts';
import { ChatReadsFixture, outcome, type Person } from './chat-reads.fixture.js';

describe('POST /api/chat/sync', () => {
  let chat: ChatReadsFixture;
  beforeAll(async () => {
    chat = await ChatReadsFixture.start();
    await chat.database.writer.query('PRAGMA synchronous = OFF');
  });
  afterAll(() => chat.stop());

  const sync = async (person: Person, conversations: Record<string, number> = {}): Promise<SyncResponse> =>
    SyncResponseSchema.parse(await person.post('/api/chat/sync', { conversations }));
  const seqsOf = (answer: SyncResponse, id: string): number[] =>
    answer.messages.filter((message) => message.conversationId === id).map((message) => message.seq);

  it('gives what is missing in every conversation, in order, as the history shows it', async () => {
    const [me, peer, other] = await chat.joinMany(3);
    const group = await me.makesGroup([peer]);
    const [pairId, otherId, groupId] = [`p:${me.id}:${peer.id}`, `p:${me.id}:${other.id}`, `g:${group.id}`];
    for (let n = 0; n < 4; n += 1) await peer.send({ receiver: me });
    for (let n = 0; n < 3; n += 1) await me.send({ groupId: group.id });
    await other.send({ receiver: me });
    const answer = await sync(me, { [pairId]: 2, [groupId]: 3 });
    expect(seqsOf(answer, pairId)).toEqual([3, 4]);
    expect(seqsOf(answer, groupId)).toEqual([]);
    expect(seqsOf(answer, otherId)).toEqual([1]);
    expect([answer.removed, answer.limited]).toEqual([[], []]);
    const { content } = await me.get<{ content: unknown[] }>(`/api/chat/messages/${me.id}/${peer.id}?afterSeq=2`);
    expect(answer.messages.filter((message) => message.conversationId === pairId)).toEqual(content);
  });

  it('names the epoch of the database', async () => {
    const me = await chat.join();
    const [row] = await chat.query<{ value: string }>("SELECT value FROM chat_meta WHERE name = 'epoch'");
    expect((await sync(me)).epoch).toBe(row?.value);
  });

  it('tells how far everyone has read, also where nothing is new', async () => {
    const [me, peer] = await chat.joinMany(2);
    const sent = [];
    for (let n = 0; n < 4; n += 1) sent.push(await me.send({ receiver: peer }));
    const id = sent[0]!.conversationId;
    await peer.reads(sent[0]!);
    await peer.reads(sent[2]!);
    const { receipts, messages } = await sync(me, { [id]: 4 });
    expect(messages).toEqual([]);
    const members = [
      { userId: me.id, readSeq: 4, exceptions: [] },
      { userId: peer.id, readSeq: 1, exceptions: [3] },
    ];
    expect(receipts).toEqual([{ conversationId: id, members, minReadSeq: 1 }]);
    await peer.reads(sent[1]!);
    const [after] = (await sync(me, { [id]: 4 })).receipts;
    expect(after?.members?.[1]).toEqual({ userId: peer.id, readSeq: 3, exceptions: [] });
  });

  it('tells of a group beyond 100 members the lowest position of the others only', async () => {
    const owner = await chat.join();
    const members = [];
    for (let n = 0; n < 100; n += 1) members.push(await chat.join());
    const group = await owner.makesGroup(members.slice(0, 99));
    const first = await owner.send({ groupId: group.id });
    await members[0]!.send({ groupId: group.id });
    const id = first.conversationId;
    const receiptsFor = async (person: Person) =>
      (await sync(person)).receipts.find((each) => each.conversationId === id);
    expect((await receiptsFor(owner))?.members).toHaveLength(100);
    await owner.adds(members[99]!);
    await owner.post(`/api/groups/${group.id}/users/${members[99]!.id}`);
    expect(await receiptsFor(owner)).toEqual({ conversationId: id, members: null, minReadSeq: 0 });
    for (const member of members.slice(0, 99)) await member.post(`/api/chat/conversations/${id}/read`, { upToSeq: 1 });
    expect(await receiptsFor(owner)).toEqual({ conversationId: id, members: null, minReadSeq: 1 });
  });

  it('names removed what the caller is not, or not any more, part of', async () => {
    const [me, owner, stranger] = await chat.joinMany(3);
    const group = await owner.makesGroup([me]);
    await owner.send({ groupId: group.id });
    await owner.send({ receiver: stranger });
    await owner.call('DELETE', `/api/groups/${group.id}/users/${me.id}`);
    const foreign = `p:${owner.id}:${stranger.id}`;
    const answer = await sync(me, { [`g:${group.id}`]: 1, [foreign]: 0, 'g:999999': 5 });
    expect([...answer.removed].sort()).toEqual([`g:${group.id}`, foreign, 'g:999999'].sort());
    expect([answer.messages, answer.receipts, answer.limited]).toEqual([[], [], []]);
  });

  it('answers conversations in full or names them limited: 500 messages', async () => {
    const [me, chatty, brief] = await chat.joinMany(3);
    await brief.send({ receiver: me });
    await Promise.all(Array.from({ length: 501 }, () => chatty.send({ receiver: me })));
    const [chattyId, briefId] = [`p:${me.id}:${chatty.id}`, `p:${me.id}:${brief.id}`];
    const limited = await sync(me);
    expect(limited.limited).toEqual([chattyId]);
    expect(limited.messages.map((message) => message.conversationId)).toEqual([briefId]);
    expect(limited.receipts.map((each) => each.conversationId)).toEqual([briefId]);
    const enough = await sync(me, { [chattyId]: 2 });
    expect([seqsOf(enough, chattyId).length, enough.limited]).toEqual([499, []]);
  });

  it('answers at most 100 conversations', async () => {
    const me = await chat.join();
    for (let n = 0; n < 102; n += 1) await me.send({ receiver: await chat.join() });
    const answer = await sync(me);
    expect([answer.messages.length, answer.receipts.length, answer.limited.length]).toEqual([100, 100, 2]);
  });

  it('refuses what is malformed', async () => {
    const me = await chat.join();
    for (const conversations of [
      { 'p:2:1': 0 },
      { 'p:1:1': 0 },
      { 'g:9007199254740993': 0 },
      { x: 0 },
      { 'g:1': -1 },
      { 'g:1': 1.5 },
      [],
    ])
      expect(outcome(await me.call('POST', '/api/chat/sync', { conversations }))).toBe('400 VALIDATION_FAILED');
    expect(outcome(await me.call('POST', '/api/chat/sync', {}))).toBe('400 VALIDATION_FAILED');
    expect(outcome(await chat.call('POST', '/api/chat/sync', null, { conversations: {} }))).toBe('401 UNAUTHENTICATED');
  });
});
