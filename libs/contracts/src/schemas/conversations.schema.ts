import { z } from 'zod';
import { ConversationIdSchema, IdSchema, TimestampSchema } from './primitives.schema.js';
import { PublicUserDtoSchema } from './accounts.schema.js';
import { MessageDtoSchema, MessageStatusSchema } from './messages.schema.js';
import { pageSchema } from './page.schema.js';

export const ConversationDtoSchema = z.object({
  id: IdSchema,
  name: z.string(),
  type: z.enum(['PRIVATE', 'GROUP']),
  lastMessage: z.string().nullable(),
  lastMessageTimestamp: TimestampSchema.nullable(),
  unreadCount: z.int().min(0),
  profilePictureUrl: z.string().nullable(),
  conversationId: ConversationIdSchema,
  lastSeq: z.int().min(0),
  lastReadSeq: z.int().min(0),
  lastMessageSenderId: IdSchema.nullable(),
  lastMessageStatus: MessageStatusSchema.nullable(),
});
export type ConversationDto = z.infer<typeof ConversationDtoSchema>;
export const ConversationListSchema = z.array(ConversationDtoSchema);

/** `POST /api/chat/sync`: conversation id -> last seq the client has; conversations it does not name count as 0. */
export const SyncRequestSchema = z.object({
  conversations: z.record(ConversationIdSchema, z.int().min(0).max(Number.MAX_SAFE_INTEGER)),
});
export type SyncRequest = z.infer<typeof SyncRequestSchema>;

/** Read state of one conversation: each member's watermark and what it read above it; over 100 members only the lowest watermark. */
export const ConversationReceiptsSchema = z.object({
  conversationId: ConversationIdSchema,
  members: z.array(z.object({ userId: IdSchema, readSeq: z.int().min(0), exceptions: z.array(IdSchema) })).nullable(),
  minReadSeq: z.int().min(0),
});
export type ConversationReceipts = z.infer<typeof ConversationReceiptsSchema>;
export const SyncResponseSchema = z.object({
  epoch: z.uuid(),
  messages: z.array(MessageDtoSchema),
  receipts: z.array(ConversationReceiptsSchema),
  removed: z.array(ConversationIdSchema),
  limited: z.array(ConversationIdSchema),
});
export type SyncResponse = z.infer<typeof SyncResponseSchema>;

export const GroupNameRequestSchema = z.object({
  name: z
    .string()
    .transform((text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, ''))
    .pipe(
      z
        .string()
        .min(1)
        .max(100)
        .refine((text) => text.trim() !== '', 'must not be blank')
        .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), 'must not contain control characters'),
    ),
});
export type GroupNameRequest = z.infer<typeof GroupNameRequestSchema>;
export const GroupDtoSchema = z.object({
  id: IdSchema,
  name: z.string(),
  createdBy: IdSchema,
  users: z.array(PublicUserDtoSchema),
});
export type GroupDto = z.infer<typeof GroupDtoSchema>;
export const GroupMemberPageSchema = pageSchema(PublicUserDtoSchema);
export const AddMembersRequestSchema = z.object({ userIds: z.array(IdSchema).min(1).max(100) });
export type AddMembersRequest = z.infer<typeof AddMembersRequestSchema>;
export const OnlineUsersSchema = z.array(z.string());
