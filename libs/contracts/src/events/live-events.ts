import type { GroupDto } from '../schemas/conversations.schema.js';
import type { MessageDto } from '../schemas/messages.schema.js';
import type { PublicUserDto } from '../schemas/accounts.schema.js';
import type { ErrorCode } from '../errors/error-codes.js';

/** `/user/queue/events`, by `kind`. */
export type LiveEvent =
  | { readonly kind: 'MESSAGE_SENT'; readonly message: MessageDto }
  | { readonly kind: 'READ'; readonly conversationId: string; readonly readSeq: number; readonly unreadCount: number }
  | {
      readonly kind: 'GROUP_ADDED' | 'GROUP_REMOVED' | 'GROUP_RENAMED' | 'GROUP_OWNER';
      readonly group: Omit<GroupDto, 'users'>;
    }
  | { readonly kind: 'PROFILE_CHANGED'; readonly user: PublicUserDto };

/** `/user/queue/errors`: a refused SEND or SUBSCRIBE. */
export interface LiveError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly destination: string | null;
  readonly receiptId: string | null;
}

/** `/topic/public`: `content` is the names online, joined by commas; a JOIN always names `sender` in it. */
export interface PresenceNotice {
  readonly type: 'JOIN' | 'LEAVE';
  readonly content: string;
  readonly sender: string;
}
