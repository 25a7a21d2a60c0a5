import { describe, expect, it } from 'vitest';
import { groupConversationId, parseConversationId, privateConversationId } from './conversation-id.js';

describe('a conversation id', () => {
  it('of a pair is the same in either order', () => {
    expect([privateConversationId(7, 2), privateConversationId(2, 7)]).toEqual(['p:2:7', 'p:2:7']);
    expect(parseConversationId('p:2:7')).toEqual({ kind: 'PRIVATE', lowId: 2, highId: 7 });
  });

  it('of a group names it', () => {
    expect(parseConversationId(groupConversationId(9))).toEqual({ kind: 'GROUP', groupId: 9 });
  });

  it.each(['p:9007199254740990:9007199254740991', 'g:9007199254740991'])('%s is within 2^53-1', (text) =>
    expect(parseConversationId(text)).not.toBeNull(),
  );

  it.each([
    '',
    'p:7:2',
    'p:2:2',
    'p:0:2',
    'p:02:7',
    'p:2',
    'p:2:7:9',
    'g:0',
    'g:-1',
    'g:1.5',
    'g:',
    'x:1',
    ' g:1',
    'g:1\n',
    'G:1',
    'g:9007199254740992',
    'p:1:9007199254740992',
  ])('%j is none', (text) => expect(parseConversationId(text)).toBeNull());
});
