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

/** The other one of a pair; 0 for a group. */
export const peerOf = ({ lowId, highId }: Pick<ListedConversation, 'lowId' | 'highId'>, userId: number): number =>
  (lowId === userId ? highId : lowId) ?? 0;

/** One line of the list. A peer whom the directory does not know counts as deleted. */
export function conversationEntry(
  conversation: ListedConversation,
  viewerId: number,
  peer: DirectoryUser | undefined,
  lastMessageStatus: MessageStatus | null,
): ConversationDto {
  const { groupId } = conversation;
  const peerId = peerOf(conversation, viewerId);
  const isGroup = groupId !== null;
  return {
    id: isGroup ? groupId : peerId,
    name: isGroup ? (conversation.groupName ?? '') : (peer?.username ?? deletedUsername(peerId)),
    type: isGroup ? 'GROUP' : 'PRIVATE',
    lastMessage: conversation.lastMessage,
    lastMessageTimestamp: conversation.lastTimestamp?.toISOString() ?? null,
    unreadCount: unread(conversation, conversation.lastSeq),
    profilePictureUrl: isGroup ? null : (peer?.profilePictureUrl ?? null),
    conversationId: isGroup ? groupConversationId(groupId) : privateConversationId(viewerId, peerId),
    lastSeq: conversation.lastSeq,
    lastReadSeq: conversation.readSeq,
    lastMessageSenderId: conversation.lastSenderId,
    lastMessageStatus,
  };
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
