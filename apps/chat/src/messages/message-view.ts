import {
  deletedUsername,
  groupConversationId,
  privateConversationId,
  type MessageDto,
  type MessageStatus,
  type MessageUser,
} from '@app/contracts';

/** A row of `messages` as every reader of them needs it. */
export interface MessageRow {
  readonly id: number;
  readonly conversationId: number;
  readonly seq: number;
  readonly senderId: number;
  readonly receiverId: number | null;
  readonly groupId: number | null;
  readonly content: string;
  readonly timestamp: Date;
  readonly clientMsgId: string | null;
}

/** A message that will be stored; its id comes from the INSERT. */
export type NewMessage = Omit<MessageRow, 'id'>;

/** The users that a message names, by id, under the names they are shown by. */
export type MessageUsers = ReadonlyMap<number, { readonly username: string }>;

const userOf = (id: number, users: MessageUsers): MessageUser => ({
  id,
  username: users.get(id)?.username ?? deletedUsername(id),
});

/** The message as a viewer gets it, to whom its status is `status`. A user missing in `users` counts as deleted. */
export function toMessageDto(row: MessageRow, users: MessageUsers, status: MessageStatus): MessageDto {
  const { id, senderId, receiverId, groupId, content, seq, clientMsgId } = row;
  return {
    id,
    sender: userOf(senderId, users),
    receiver: receiverId === null ? null : userOf(receiverId, users),
    groupId,
    content,
    timestamp: row.timestamp.toISOString(),
    type: 'CHAT',
    status,
    conversationId:
      groupId === null ? privateConversationId(senderId, receiverId ?? senderId) : groupConversationId(groupId),
    seq,
    clientMsgId,
  };
}
