import { TOPICS, type GroupEvent } from '@app/contracts';
import type { StoredConversation } from '../conversations/index.js';
import type { OutgoingEvent } from '../outbox/index.js';
import type { StoredGroup } from './groups.repository.js';

/** A group and its conversation, under the lock of the latter. */
export interface LockedGroup {
  readonly group: StoredGroup;
  readonly conversation: StoredConversation;
}

/** What happened to a group, told to `userIds`. */
export const groupEvent = (
  kind: GroupEvent['kind'],
  { group, conversation }: LockedGroup,
  userIds: readonly number[],
): OutgoingEvent => ({
  topic: TOPICS.messages,
  conversationRowId: conversation.id,
  event: {
    v: 1,
    kind,
    conversationId: conversation.conversationId,
    membershipVersion: conversation.membershipVersion,
    groupId: group.id,
    name: group.name,
    createdBy: group.createdBy,
    userIds: [...userIds],
  },
});
