import type { Schema } from '@app/database';
import { Conversation } from '../conversations/conversation.entity.js';
import { Membership } from '../conversations/membership.entity.js';
import { GroupRevocation } from '../groups/group-revocation.entity.js';
import { GroupUser } from '../groups/group-user.entity.js';
import { Group } from '../groups/group.entity.js';
import { Message } from '../messages/message.entity.js';
import { DeadOutboxRow } from '../outbox/dead-outbox-row.entity.js';
import { Instance } from '../outbox/instance.entity.js';
import { OutboxRow } from '../outbox/outbox-row.entity.js';
import { MessageStatusRow } from '../receipts/message-status.entity.js';
import { ChatMeta } from './chat-meta.entity.js';
import { LastSeen } from './last-seen.entity.js';
import { ChatTables1764000000000 } from './migrations/chat-tables-1764000000000.js';

export const chatEntities = [
  Message,
  Conversation,
  Membership,
  Group,
  GroupUser,
  GroupRevocation,
  MessageStatusRow,
  OutboxRow,
  DeadOutboxRow,
  Instance,
  LastSeen,
  ChatMeta,
];

/** The tables that chat owns and writes. Auth's (`users, contacts, blocks, revocations`) it only reads, in `directory/`. */
export const chatSchema = {
  owner: 'chat',
  entities: chatEntities,
  migrations: [ChatTables1764000000000],
} as const satisfies Schema;
