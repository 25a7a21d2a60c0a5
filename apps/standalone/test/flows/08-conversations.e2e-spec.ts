import { Person } from '@app/testing';
import type { ConversationDto } from '@app/contracts';
import { beforeAll, describe, expect, inject, it } from 'vitest';

const urls = inject('urls');

describe('flow 8: conversations', () => {
  let alice: Person;
  let bob: Person;
  let stranger: Person;
  let silent: Person;
  beforeAll(async () => {
    [alice, bob, stranger, silent] = (await Promise.all(
      ['alice', 'bob', 'stranger', 'silent'].map((name) => Person.join(urls, name)),
    )) as [Person, Person, Person, Person];
  });

  it('lists contacts, strangers who wrote and groups, newest first, the silent last', async () => {
    await alice.rest.ok('POST', `/api/contacts/${bob.id}`);
    await alice.rest.ok('POST', `/api/contacts/${silent.id}`);
    const group = await alice.makeGroup('flow eight', [bob]);
    await alice.sendTo(bob, 'to bob');
    await bob.sendToGroup(group.id, 'to the group');
    await stranger.sendTo(alice, 'one');
    await stranger.sendTo(alice, 'two');
    const list = await alice.rest.ok<ConversationDto[]>('GET', '/api/chat/conversations');
    expect(list.map((item) => [item.type, item.id, item.unreadCount, item.lastMessage])).toEqual([
      ['PRIVATE', stranger.id, 2, 'two'],
      ['GROUP', group.id, 1, 'to the group'],
      ['PRIVATE', bob.id, 0, 'to bob'],
      ['PRIVATE', silent.id, 0, null],
    ]);
    expect(list[0]).toMatchObject({
      name: stranger.username,
      conversationId: `p:${Math.min(alice.id, stranger.id)}:${Math.max(alice.id, stranger.id)}`,
      lastSeq: 2,
      lastReadSeq: 0,
      lastMessageSenderId: stranger.id,
      lastMessageStatus: 'DELIVERED',
    });
    expect(list[0]!.lastMessageTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});
