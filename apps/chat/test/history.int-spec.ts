import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MessagePageSchema, MessageSliceSchema, type MessageDto, type MessageSlice, type Page } from '@app/contracts';
import { ChatReadsFixture, outcome, type Person } from './chat-reads.fixture.js';

describe('history', () => {
  let chat: ChatReadsFixture;
  let anna: Person;
  let bob: Person;
  let stranger: Person;
  let path: string;

  beforeAll(async () => {
    chat = await ChatReadsFixture.start();
    [anna, bob, stranger] = await chat.joinMany(3);
    for (let n = 1; n <= 25; n += 1)
      await (n % 2 === 1 ? anna : bob).send({ receiver: n % 2 === 1 ? bob : anna }, `${n}`);
    path = `/api/chat/messages/${anna.id}/${bob.id}`;
  });
  afterAll(() => chat.stop());

  const page = async (query = ''): Promise<Page<MessageDto>> =>
    MessagePageSchema.parse(await anna.get(`${path}${query}`));
  const slice = async (query: string): Promise<MessageSlice> =>
    MessageSliceSchema.parse(await anna.get(`${path}${query}`));
  const seqs = ({ content }: { content: readonly MessageDto[] }): number[] => content.map((message) => message.seq);
  const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

  it('is a page of 20, the oldest first', async () => {
    const first = await page();
    expect(seqs(first)).toEqual(range(1, 20));
    expect(first).toMatchObject({ totalElements: 25, totalPages: 2, number: 0, size: 20, first: true, last: false });
    const second = await page('?page=1');
    expect(seqs(second)).toEqual(range(21, 25));
    expect(second).toMatchObject({ numberOfElements: 5, first: false, last: true, empty: false });
    expect(await page('?page=2')).toMatchObject({ content: [], totalElements: 25, empty: true, last: true });
    expect(await page('?page=999999999&size=100')).toMatchObject({ content: [], empty: true });
  });

  it('sorts by time or seq, which is the same, newest first when asked', async () => {
    for (const sort of ['timestamp,desc', 'seq,desc'])
      expect(seqs(await page(`?sort=${sort}&size=3&page=1`))).toEqual([22, 21, 20]);
    expect(seqs(await page('?sort=seq&size=2'))).toEqual([1, 2]);
    expect(outcome(await anna.call('GET', `${path}?sort=content`))).toBe('400 VALIDATION_FAILED');
  });

  it('clamps the size and falls back where page or size is no number', async () => {
    expect(await page('?size=1000')).toMatchObject({ size: 100, numberOfElements: 25 });
    expect(await page('?size=[object%20Object]&page=-1')).toMatchObject({ size: 20, number: 0 });
  });

  it('goes on after a cursor and back before one', async () => {
    expect(await slice('?afterSeq=0&size=200')).toMatchObject({ hasMore: false, lastSeq: 25 });
    const after = await slice('?afterSeq=3&size=4');
    expect([seqs(after), after.hasMore, after.lastSeq]).toEqual([[4, 5, 6, 7], true, 25]);
    const before = await slice('?beforeSeq=4&size=2');
    expect([seqs(before), before.hasMore]).toEqual([[3, 2], true]);
    const rest = await slice('?beforeSeq=2');
    expect([seqs(rest), rest.hasMore]).toEqual([[1], false]);
    expect(await slice('?afterSeq=25')).toEqual({ content: [], hasMore: false, lastSeq: 25 });
  });

  it('refuses a cursor that is none, and two at once', async () => {
    for (const query of [
      '?afterSeq=-1',
      '?afterSeq=x',
      '?beforeSeq=',
      '?afterSeq=1&beforeSeq=2',
      '?afterSeq=1&afterSeq=2',
    ])
      expect(outcome(await anna.call('GET', `${path}${query}`))).toBe('400 VALIDATION_FAILED');
  });

  it('is the same for both, in either order of the ids', async () => {
    const mine = await page('?size=100');
    const theirs = await bob.get<Page<MessageDto>>(`/api/chat/messages/${bob.id}/${anna.id}?size=100`);
    const withoutStatus = (message: MessageDto): MessageDto => ({ ...message, status: 'DELIVERED' });
    expect(theirs.content.map(withoutStatus)).toEqual(mine.content.map(withoutStatus));
    expect(mine.content[0]).toMatchObject({
      sender: { id: anna.id, username: anna.username },
      receiver: { id: bob.id, username: bob.username },
      groupId: null,
      content: '1',
      type: 'CHAT',
      conversationId: `p:${anna.id}:${bob.id}`,
      clientMsgId: null,
    });
  });

  it('begins where the conversation begins after pruning', async () => {
    const [one, two] = await chat.joinMany(2);
    for (let n = 0; n < 6; n += 1) await one.send({ receiver: two });
    await chat.write('UPDATE conversations SET first_seq = 4 WHERE low_id = ?', [one.id]);
    const pruned = await one.get<Page<MessageDto>>(`/api/chat/messages/${one.id}/${two.id}?size=2`);
    expect([seqs(pruned), pruned.totalElements, pruned.totalPages]).toEqual([[4, 5], 3, 2]);
    const after = await one.get<MessageSlice>(`/api/chat/messages/${one.id}/${two.id}?afterSeq=0`);
    expect(seqs(after)).toEqual([4, 5, 6]);
  });

  it('is empty for a pair that has not spoken', async () => {
    const url = `/api/chat/messages/${anna.id}/${stranger.id}`;
    expect(await anna.get(url)).toMatchObject({
      content: [],
      totalElements: 0,
      totalPages: 0,
      first: true,
      last: true,
    });
    expect(await anna.get(`${url}?afterSeq=3`)).toEqual({ content: [], hasMore: false, lastSeq: 0 });
  });

  it('stays with a blocked peer, and with a deleted one under a name of the id', async () => {
    const [one, two] = await chat.joinMany(2);
    await two.send({ receiver: one });
    await two.blocks(one);
    await two.deletesAccount();
    const { content } = await one.get<Page<MessageDto>>(`/api/chat/messages/${one.id}/${two.id}`);
    expect(content[0]).toMatchObject({ sender: { id: two.id, username: `deleted-${two.id}` } });
  });

  it('is for those two only', async () => {
    expect(outcome(await stranger.call('GET', path))).toBe('403 FORBIDDEN');
    expect(outcome(await stranger.call('GET', `${path}?afterSeq=0`))).toBe('403 FORBIDDEN');
    expect(outcome(await chat.call('GET', path, null))).toBe('401 UNAUTHENTICATED');
    expect(outcome(await anna.call('GET', `/api/chat/messages/${anna.id}/999999`))).toBe('404 NOT_FOUND');
    expect(outcome(await stranger.call('GET', `/api/chat/messages/${anna.id}/999999`))).toBe('404 NOT_FOUND');
    expect(outcome(await anna.call('GET', `/api/chat/messages/${anna.id}/${anna.id}`))).toBe('400 SELF_TARGET');
  });

  it('refuses ids that are none, and is not taken for /info', async () => {
    for (const id of ['0', '-1', '1e3', '0x1', '01', '9007199254740993', '%EF%BC%91', 'x'])
      expect(outcome(await anna.call('GET', `/api/chat/messages/${anna.id}/${id}`))).toBe('400 VALIDATION_FAILED');
    expect(outcome(await anna.call('GET', '/api/chat/messages/x'))).toBe('400 VALIDATION_FAILED');
    const [message] = (await page()).content;
    expect(await anna.get(`/api/chat/messages/${message!.id}/info`)).toHaveProperty('readBy');
  });

  it('of a group is for members, who see all of it, also from before they came', async () => {
    const [owner, member, late] = await chat.joinMany(3);
    const group = await owner.makesGroup([member]);
    const url = `/api/chat/messages/${group.id}`;
    for (let n = 1; n <= 3; n += 1) await (n === 2 ? member : owner).send({ groupId: group.id }, `${n}`);
    expect(outcome(await late.call('GET', url))).toBe('403 NOT_A_MEMBER');
    await owner.adds(late);
    await owner.post(`/api/groups/${group.id}/users/${late.id}`);
    const { content } = await late.get<Page<MessageDto>>(url);
    expect(content.map((message) => message.sender.username)).toEqual([owner, member, owner].map((p) => p.username));
    expect(content[0]).toMatchObject({ receiver: null, groupId: group.id, conversationId: `g:${group.id}` });
    expect(seqs(await member.get<MessageSlice>(`${url}?afterSeq=1`))).toEqual([2, 3]);
    await owner.call('DELETE', `/api/groups/${group.id}/users/${member.id}`);
    expect(outcome(await member.call('GET', url))).toBe('403 NOT_A_MEMBER');
    expect(outcome(await member.call('GET', `${url}?afterSeq=0`))).toBe('403 NOT_A_MEMBER');
    expect(outcome(await owner.call('GET', '/api/chat/messages/999999'))).toBe('404 NOT_FOUND');
  });
});
