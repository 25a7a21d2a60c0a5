import {
  deletedUsername,
  groupConversationId,
  privateConversationId,
  type ConversationDto,
  type MessageStatus,
} from '@app/contracts';
import type { DirectoryUser } from '../directory/index.js';
import type { ListedConversation } from './conversation-list.repository.js';
import { unread } from './read-watermark.js';

type Named = Pick<ConversationDto, 'id' | 'name' | 'type' | 'profilePictureUrl' | 'conversationId'>;

/** One line of the list. A peer whom the directory does not know counts as deleted. */
export function conversationEntry(
  conversation: ListedConversation,
  viewerId: number,
  peer: DirectoryUser | undefined,
  lastMessageStatus: MessageStatus | null,
): ConversationDto {
  const { id, name, type, profilePictureUrl, conversationId } = namesOf(conversation, viewerId, peer);
  const { readSeq, ownAfter, readAhead, lastSeq } = conversation;
  return {
    id,
    name,
    type,
    lastMessage: conversation.lastMessage,
    lastMessageTimestamp: conversation.lastTimestamp?.toISOString() ?? null,
    unreadCount: unread({ leftSeq: null, readSeq, ownAfter, readAhead }, lastSeq),
    profilePictureUrl,
    conversationId,
    lastSeq,
    lastReadSeq: readSeq,
    lastMessageSenderId: conversation.lastSenderId,
    lastMessageStatus,
  };
}

function namesOf({ groupId, groupName, peerId }: ListedConversation, viewerId: number, peer?: DirectoryUser): Named {
  if (groupId !== null) {
    const conversationId = groupConversationId(groupId);
    return { id: groupId, name: groupName ?? '', type: 'GROUP', profilePictureUrl: null, conversationId };
  }
  const id = peerId ?? 0;
  const name = peer?.username ?? deletedUsername(id);
  const profilePictureUrl = peer?.profilePictureUrl ?? null;
  return { id, name, type: 'PRIVATE', profilePictureUrl, conversationId: privateConversationId(viewerId, id) };
}

/** A contact with whom there is no message yet. */
export const contactEntry = (contact: DirectoryUser, viewerId: number): ConversationDto => ({
  id: contact.id,
  name: contact.username,
  type: 'PRIVATE',
  lastMessage: null,
  lastMessageTimestamp: null,
  unreadCount: 0,
  profilePictureUrl: contact.profilePictureUrl,
  conversationId: privateConversationId(viewerId, contact.id),
  lastSeq: 0,
  lastReadSeq: 0,
  lastMessageSenderId: null,
  lastMessageStatus: null,
});

/** The newest first, those without a message last, by name. ISO times of one form sort as text. */
export function byRecency(a: ConversationDto, b: ConversationDto): number {
  const [timeA, timeB] = [a.lastMessageTimestamp ?? '', b.lastMessageTimestamp ?? ''];
  if (timeA !== timeB) return timeA < timeB ? 1 : -1;
  const byName = compare(a.name.toLowerCase(), b.name.toLowerCase());
  return byName === 0 ? compare(a.conversationId, b.conversationId) : byName;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
