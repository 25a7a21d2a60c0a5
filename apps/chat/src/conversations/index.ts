export { ConversationsModule } from './conversations.module.js';
export { ConversationRepository, conversationIdOf, type StoredConversation } from './conversation.repository.js';
export { MembershipRepository, type Stay } from './membership.repository.js';
export { ConversationListRepository, type ConversationHead } from './conversation-list.repository.js';
export { MessageStatusView, type ViewerStates } from './message-status-view.js';
export type { StatusSubject } from './sender-status.js';
export { groupBy } from './group-by.js';
export { joinedAt, markOne, ownSend, readUpTo, unread, type ReadState } from './read-watermark.js';
