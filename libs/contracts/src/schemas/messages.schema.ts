import { z } from 'zod';
import {
  ConversationIdSchema,
  IdSchema,
  TimestampSchema,
  hasForbiddenControl,
  isWellFormed,
} from './primitives.schema.js';
import { PublicUserDtoSchema } from './accounts.schema.js';
import { pageSchema } from './page.schema.js';

export const MessageTypeSchema = z.enum(['CHAT', 'JOIN', 'LEAVE']);
export type MessageType = z.infer<typeof MessageTypeSchema>;
export const MessageStatusSchema = z.enum(['DELIVERED', 'READ']);
export type MessageStatus = z.infer<typeof MessageStatusSchema>;

/** 1 to 10,000 UTF-16 units; line ends and tabs allowed, other control characters not. */
export const ContentSchema = z
  .string()
  .min(1)
  .max(10_000)
  // zod counts code points: 10,000 of them may be 20,000 units.
  .refine((text) => text.length <= 10_000, 'must have at most 10,000 UTF-16 units')
  .refine(isWellFormed, 'must not contain half a surrogate pair')
  .refine((text) => !hasForbiddenControl(text), 'must not contain control characters');
/** 1 to 64 printable ASCII characters. */
export const ClientMsgIdSchema = z.string().regex(/^[\x20-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters');

const exactlyOneTarget = (body: { receiver?: unknown; groupId?: unknown }): boolean =>
  (body.receiver == null) !== (body.groupId == null);
const sendFields = {
  groupId: IdSchema.nullish(),
  content: ContentSchema,
  clientMsgId: ClientMsgIdSchema.nullish(),
  type: z.literal('CHAT').nullish(),
};

/** `POST /api/chat/messages`: exactly one of `receiver` and `groupId`; anything else in the body has no effect. */
export const SendMessageRequestSchema = z
  .object({ receiver: z.object({ id: IdSchema }).nullish(), ...sendFields })
  .refine(exactlyOneTarget, { message: 'exactly one of receiver and groupId is required', path: ['receiver'] });
export type SendMessageRequest = z.infer<typeof SendMessageRequestSchema>;

/** SEND `/app/chat.send`: as {@link SendMessageRequestSchema}, the receiver by id or by username. */
export const LiveSendRequestSchema = z
  .object({
    receiver: z.union([z.object({ id: IdSchema }), z.object({ username: z.string().min(1).max(32) })]).nullish(),
    ...sendFields,
  })
  .refine(exactlyOneTarget, { message: 'exactly one of receiver and groupId is required', path: ['receiver'] });
export type LiveSendRequest = z.infer<typeof LiveSendRequestSchema>;

/** SEND `/app/chat.sendMessage` (the seed's direct path): `sender` and `type` are set by the server, receiver is a username. */
export const ChatMessageRequestSchema = z
  .object({ content: ContentSchema, receiver: z.string().min(1).max(32).nullish(), groupId: IdSchema.nullish() })
  .refine(exactlyOneTarget, { message: 'exactly one of receiver and groupId is required', path: ['receiver'] });
export type ChatMessageRequest = z.infer<typeof ChatMessageRequestSchema>;
export const ChatMessageSchema = z.object({
  type: MessageTypeSchema,
  content: z.string(),
  sender: z.string(),
  receiver: z.string().nullable(),
  groupId: IdSchema.nullable(),
});
export type ChatMessage = z.infer<typeof ChatMessageSchema>;

/** SEND `/app/chat.typing`: `sender` is set by the server. */
export const TypingRequestSchema = z
  .object({ receiver: z.string().min(1).max(32).nullish(), groupId: IdSchema.nullish(), typing: z.boolean() })
  .refine(exactlyOneTarget, { message: 'exactly one of receiver and groupId is required', path: ['receiver'] });
export type TypingRequest = z.infer<typeof TypingRequestSchema>;
export const TypingNotificationSchema = z.object({
  sender: z.string(),
  receiver: z.string().nullable(),
  groupId: IdSchema.nullable(),
  typing: z.boolean(),
});
export type TypingNotification = z.infer<typeof TypingNotificationSchema>;

/** A user inside a message; a deleted author is `deleted-<id>`. */
export const MessageUserSchema = z.object({ id: IdSchema, username: z.string() });
export type MessageUser = z.infer<typeof MessageUserSchema>;
export const deletedUsername = (id: number): string => `deleted-${id}`;

/** A stored message as its viewer sees it (`status`: api.md, MessageDto). `seq` counts from 1 within the conversation, without gaps. */
export const MessageDtoSchema = z.object({
  id: IdSchema,
  sender: MessageUserSchema,
  receiver: MessageUserSchema.nullable(),
  groupId: IdSchema.nullable(),
  content: z.string(),
  timestamp: TimestampSchema,
  type: z.literal('CHAT'),
  status: MessageStatusSchema,
  conversationId: ConversationIdSchema,
  seq: IdSchema,
  clientMsgId: z.string().nullable(),
});
export type MessageDto = z.infer<typeof MessageDtoSchema>;
export const MessagePageSchema = pageSchema(MessageDtoSchema);
/** A cursor page of history: `lastSeq` is the conversation's own last seq, not the page's. */
export const MessageSliceSchema = z.object({
  content: z.array(MessageDtoSchema),
  hasMore: z.boolean(),
  lastSeq: z.int().min(0),
});
export type MessageSlice = z.infer<typeof MessageSliceSchema>;
/** The page or, with `afterSeq` or `beforeSeq`, the slice. */
export const HistorySchema = z.union([MessagePageSchema, MessageSliceSchema]);

export const MessageInfoDtoSchema = z.object({
  readBy: z.array(PublicUserDtoSchema),
  deliveredTo: z.array(PublicUserDtoSchema),
});
export type MessageInfoDto = z.infer<typeof MessageInfoDtoSchema>;

/** `/user/queue/read`: `sender` wrote the message, `receiver` read it. */
export const ReadReceiptSchema = z.object({
  messageId: IdSchema,
  sender: z.string(),
  receiver: z.string(),
  conversationId: ConversationIdSchema,
  seq: IdSchema,
});
export type ReadReceipt = z.infer<typeof ReadReceiptSchema>;

export const ReadUpToRequestSchema = z.object({ upToSeq: z.int().min(0).max(Number.MAX_SAFE_INTEGER) });
export type ReadUpToRequest = z.infer<typeof ReadUpToRequestSchema>;
