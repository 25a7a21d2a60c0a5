import {
  AppError,
  groupConversationId,
  privateConversationId,
  type ConversationId,
  type MessageDto,
} from '@app/contracts';

export type SendTarget =
  { readonly kind: 'PRIVATE'; readonly receiverId: number } | { readonly kind: 'GROUP'; readonly groupId: number };

/** One message that somebody wants accepted; its syntax is checked already. */
export interface Send {
  readonly senderId: number;
  readonly target: SendTarget;
  readonly content: string;
  readonly clientMsgId: string | null;
}

/** Each send of a batch has an answer of its own: the stored message or why it was refused. */
export type SendOutcome = MessageDto | AppError;

/** What decides whether a send may be accepted. */
export interface SendFacts {
  readonly users: ReadonlyMap<number, { readonly username: string; readonly deleted: boolean }>;
  /** Pairs of users one of whom has blocked the other, as their private conversation's id. */
  readonly blockedPairs: ReadonlySet<ConversationId>;
  readonly conversations: ReadonlyMap<ConversationId, { readonly id: number }>;
  /** Open stays, by {@link stayKey}. */
  readonly stays: ReadonlyMap<string, unknown>;
}

export const conversationIdOf = ({ senderId, target }: Send): ConversationId =>
  target.kind === 'PRIVATE' ? privateConversationId(senderId, target.receiverId) : groupConversationId(target.groupId);

export const stayKey = (conversationRowId: number, userId: number): string => `${conversationRowId} ${userId}`;

/** The identity under which a message is accepted once; null when its client gave none. */
export const onceKey = ({ senderId, clientMsgId }: Pick<Send, 'senderId' | 'clientMsgId'>): string | null =>
  clientMsgId === null ? null : `${senderId} ${clientMsgId}`;

/** True when the same client message id stands for the same content to the same target. */
export function saysTheSame(
  { target, content }: Send,
  message: { readonly receiverId: number | null; readonly groupId: number | null; readonly content: string },
): boolean {
  if (message.content !== content) return false;
  return target.kind === 'PRIVATE'
    ? message.groupId === null && message.receiverId === target.receiverId
    : message.groupId === target.groupId;
}

/** Why `send` may not be accepted now, null when it may. Order: 401, 404, 403. */
export function findRefusal(send: Send, facts: SendFacts): AppError | null {
  const { senderId, target } = send;
  if (facts.users.get(senderId)?.deleted !== false) return new AppError('SESSION_ENDED');
  if (target.kind === 'PRIVATE') {
    if (facts.users.get(target.receiverId)?.deleted !== false)
      return new AppError('NOT_FOUND', { message: 'There is no such user' });
    return facts.blockedPairs.has(conversationIdOf(send)) ? new AppError('BLOCKED') : null;
  }
  const conversation = facts.conversations.get(conversationIdOf(send));
  if (!conversation) return new AppError('NOT_FOUND', { message: 'There is no such group' });
  return facts.stays.has(stayKey(conversation.id, senderId)) ? null : new AppError('NOT_A_MEMBER');
}
