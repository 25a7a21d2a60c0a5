import { Person } from '@app/testing';
import type { ConversationDto, LiveEvent, MessageDto, MessageInfoDto, ReadReceipt } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const urls = inject('urls');

describe('flow 5: read receipts', () => {
  let alice: Person;
  let bob: Person;
  let carol: Person;
  beforeAll(async () => {
    [alice, bob, carol] = [
      await Person.join(urls, 'alice'),
      await Person.join(urls, 'bob'),
      await Person.join(urls, 'carol'),
    ];
  });
  afterAll(() => Promise.all([alice.leave(), bob.leave(), carol.leave()]));

  const unread = async (person: Person, conversationId: string): Promise<number | undefined> => {
    const list = await person.rest.ok<ConversationDto[]>('GET', '/api/chat/conversations');
    return list.find((item) => item.conversationId === conversationId)?.unreadCount;
  };

  it('a private message read reaches its sender once, and the status never goes back', async () => {
    const sent = await alice.sendTo(bob, 'read me');
    const receipts = await (await alice.live()).subscribe<ReadReceipt>('/user/queue/read');
    expect(await unread(bob, sent.conversationId)).toBe(1);
    for (let again = 0; again < 3; again++) {
      const answer = await bob.rest.post(`/api/chat/messages/${sent.id}/read`);
      expect([answer.status, answer.body]).toEqual([200, null]);
    }
    const expected = {
      messageId: sent.id,
      sender: alice.username,
      receiver: bob.username,
      conversationId: sent.conversationId,
      seq: sent.seq,
    };
    expect((await receipts.find()).body).toEqual(expected);
    const second = await alice.sendTo(bob, 'and me');
    await bob.rest.ok('POST', `/api/chat/messages/${second.id}/read`);
    await receipts.find(({ body }) => body.messageId === second.id);
    expect(receipts.all.map(({ body }) => body.messageId)).toEqual([sent.id, second.id]);
    expect(await unread(bob, sent.conversationId)).toBe(0);
    const history = await alice.rest.ok<{ content: MessageDto[] }>('GET', `/api/chat/messages/${alice.id}/${bob.id}`);
    expect(history.content.map((message) => message.status)).toEqual(['READ', 'READ']);
  });

  it('in a group each reader tells the sender, and READ stands when all have read', async () => {
    const group = await alice.makeGroup('readers', [bob, carol]);
    const sent = await alice.sendToGroup(group.id, 'everyone?');
    const receipts = await (await alice.live()).subscribe<ReadReceipt>('/user/queue/read');
    const statusForAlice = async () =>
      (await alice.rest.ok<{ content: MessageDto[] }>('GET', `/api/chat/messages/${group.id}`)).content[0]?.status;
    await bob.rest.ok('POST', `/api/chat/messages/${sent.id}/read`);
    await receipts.find(({ body }) => body.receiver === bob.username);
    expect(await statusForAlice()).toBe('DELIVERED');
    const info = await alice.rest.ok<MessageInfoDto>('GET', `/api/chat/messages/${sent.id}/info`);
    expect([info.readBy.map((user) => user.id), info.deliveredTo.map((user) => user.id)]).toEqual([
      [bob.id],
      [carol.id],
    ]);
    await carol.rest.ok('POST', `/api/chat/conversations/g:${group.id}/read`, { upToSeq: sent.seq });
    await receipts.find(({ body }) => body.receiver === carol.username);
    expect(await statusForAlice()).toBe('READ');
  });

  it("the reader's other device learns of it", async () => {
    const events = await (await bob.live()).subscribe<LiveEvent>('/user/queue/events');
    const sent = await alice.sendTo(bob, 'two devices');
    await bob.rest.ok('POST', `/api/chat/messages/${sent.id}/read`);
    const event = await events.find(({ body }) => body.kind === 'READ');
    expect(event.body).toMatchObject({ kind: 'READ', conversationId: sent.conversationId, unreadCount: 0 });
  });
});
