import { describe, expect, it } from 'vitest';
import { byRecency, contactEntry, conversationEntry } from './conversation-entry.js';
import type { ListedConversation } from './conversation-list.repository.js';

const pair: ListedConversation = {
  id: 40,
  peerId: 2,
  groupId: null,
  groupName: null,
  lastSeq: 9,
  lastTimestamp: new Date('2026-01-02T03:04:05.678Z'),
  lastMessageId: 77,
  lastMessage: 'hi',
  lastSenderId: 2,
  readSeq: 4,
  ownAfter: 1,
  readAhead: 1,
};
const peer = { id: 2, username: 'bob', profilePictureUrl: 'https://p.test/b', about: null, deleted: false };

describe('a line of the conversation list', () => {
  it('shows the peer of a pair under the ids of the wire', () => {
    expect(conversationEntry(pair, 5, peer, 'DELIVERED')).toEqual({
      id: 2,
      name: 'bob',
      type: 'PRIVATE',
      lastMessage: 'hi',
      lastMessageTimestamp: '2026-01-02T03:04:05.678Z',
      unreadCount: 3,
      profilePictureUrl: 'https://p.test/b',
      conversationId: 'p:2:5',
      lastSeq: 9,
      lastReadSeq: 4,
      lastMessageSenderId: 2,
      lastMessageStatus: 'DELIVERED',
    });
  });

  it('shows a group by its name', () => {
    const group = { ...pair, peerId: null, groupId: 8, groupName: 'crew' };
    const entry = conversationEntry(group, 5, undefined, null);
    expect(entry).toMatchObject({ id: 8, name: 'crew', type: 'GROUP', conversationId: 'g:8', profilePictureUrl: null });
  });

  it('counts a peer whom nobody knows as deleted', () => {
    expect(conversationEntry(pair, 5, undefined, null)).toMatchObject({ name: 'deleted-2', profilePictureUrl: null });
  });

  it('stands newest first, without a message last, by name in any case', () => {
    const contact = (id: number, username: string) => contactEntry({ ...peer, id, username }, 5);
    const at = (time: string) => conversationEntry({ ...pair, lastTimestamp: new Date(time) }, 5, peer, null);
    const [older, newer] = [at('2026-01-01T00:00:00.000Z'), at('2026-01-01T00:00:00.001Z')];
    const [anna, zoe] = [contact(7, 'anna'), contact(6, 'Zoe')];
    expect([zoe, older, anna, newer].sort(byRecency)).toEqual([newer, older, anna, zoe]);
  });
});
