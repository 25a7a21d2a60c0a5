import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationListSchema, type ConversationDto } from '@app/contracts';
import { ChatReadsFixture, outcome, type Person } from './chat-reads.fixture.js';

describe('GET /api/chat/conversations', () => {
  let chat: ChatReadsFixture;
  beforeAll(async () => {
    chat = await ChatReadsFixture.start();
  });
  afterAll(() => chat.stop());

  const list = async (person: Person): Promise<ConversationDto[]> =>
    ConversationListSchema.parse(await person.get('/api/chat/conversations'));
  const names = async (person: Person): Promise<string[]> => (await list(person)).map((entry) => entry.name);

  it('shows contacts, whoever wrote, and groups; the newest first, those without a message last by name', async () => {
    const [me, stranger, contact] = await chat.joinMany(3);
    const zoe = await chat.join('zoe');
    const adam = await chat.join('Adam');
    for (const person of [zoe, adam, contact]) await me.adds(person);
    await stranger.send({ receiver: me });
    const group = await me.makesGroup([contact], 'crew');
    await me.send({ receiver: contact });
    await contact.send({ groupId: group.id }, 'to all');
    expect(await names(me)).toEqual(['crew', contact.username, stranger.username, 'Adam', 'zoe']);
  });

  it('tells of each conversation all that a client needs', async () => {
    const [me, peer] = await chat.joinMany(2);
    await peer.send({ receiver: me }, 'one');
    const last = await peer.send({ receiver: me }, 'two');
    expect(await list(me)).toEqual([
      {
        id: peer.id,
        name: peer.username,
        type: 'PRIVATE',
        lastMessage: 'two',
        lastMessageTimestamp: last.timestamp,
        unreadCount: 2,
        profilePictureUrl: `https://pictures.test/${peer.username}`,
        conversationId: `p:${me.id}:${peer.id}`,
        lastSeq: 2,
        lastReadSeq: 0,
        lastMessageSenderId: peer.id,
        lastMessageStatus: 'DELIVERED',
      },
    ]);
  });

  it('shows the status of the last message as the viewer stands to it', async () => {
    const [me, peer] = await chat.joinMany(2);
    const message = await me.send({ receiver: peer });
    const id = message.conversationId;
    expect((await me.conversation(id)).lastMessageStatus).toBe('DELIVERED');
    expect(await peer.conversation(id)).toMatchObject({ lastMessageStatus: 'DELIVERED', unreadCount: 1 });
    await peer.reads(message);
    expect(await me.conversation(id)).toMatchObject({ lastMessageStatus: 'READ', unreadCount: 0, lastReadSeq: 1 });
    expect(await peer.conversation(id)).toMatchObject({ lastMessageStatus: 'READ', unreadCount: 0, lastReadSeq: 1 });
  });

  it('never counts own messages nor those from before joining a group', async () => {
    const [owner, early, late] = await chat.joinMany(3);
    const group = await owner.makesGroup([early]);
    await owner.send({ groupId: group.id });
    await early.send({ groupId: group.id });
    await owner.adds(late);
    await owner.post(`/api/groups/${group.id}/users/${late.id}`);
    const last = await owner.send({ groupId: group.id });
    const unread = async (person: Person): Promise<number> => (await person.conversation(`g:${group.id}`)).unreadCount;
    expect([await unread(owner), await unread(early), await unread(late)]).toEqual([1, 2, 1]);
    expect(await late.conversation(`g:${group.id}`)).toMatchObject({ lastSeq: 3, lastReadSeq: 2 });
    await late.reads(last);
    expect(await unread(late)).toBe(0);
  });

  it('shows an empty group to its members, and a group no more to who left it', async () => {
    const [owner, member] = await chat.joinMany(2);
    const group = await owner.makesGroup([member], 'short');
    expect(await member.conversation(`g:${group.id}`)).toMatchObject({
      lastMessage: null,
      lastMessageTimestamp: null,
      lastMessageStatus: null,
      lastSeq: 0,
    });
    await member.call('DELETE', `/api/groups/${group.id}/users/${member.id}`);
    expect((await names(member)).includes('short')).toBe(false);
  });

  it('keeps what was written with a deleted user, under a name of the id; a deleted contact without a word is gone', async () => {
    const [me, peer, silent] = await chat.joinMany(3);
    await me.adds(silent);
    await peer.send({ receiver: me });
    await peer.deletesAccount();
    await silent.deletesAccount();
    expect(await list(me)).toMatchObject([{ id: peer.id, name: `deleted-${peer.id}`, profilePictureUrl: null }]);
  });

  it('shows blocked and blocking peers, and nothing of a refused send', async () => {
    const [me, blocker, blocked] = await chat.joinMany(3);
    await me.send({ receiver: blocker });
    await blocker.blocks(me);
    await me.blocks(blocked);
    await expect(blocked.send({ receiver: me })).rejects.toMatchObject({ code: 'BLOCKED' });
    expect(await names(me)).toEqual([blocker.username]);
    expect(await names(blocked)).toEqual([]);
  });

  it('needs a token', async () => {
    expect(outcome(await chat.call('GET', '/api/chat/conversations', null))).toBe('401 UNAUTHENTICATED');
  });
});
