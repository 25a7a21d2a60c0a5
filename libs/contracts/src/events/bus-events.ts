import { z } from 'zod';
import { ConversationIdSchema, IdSchema } from '../schemas/primitives.schema.js';
import { MessageDtoSchema, ReadReceiptSchema } from '../schemas/messages.schema.js';

/**
 * What travels on the bus (reliability.md 3.2, step 5). Every event names its conversation and the `membershipVersion` at its commit; `outboxId`
 * is unique for all time and de-duplicates what carries no `seq`. Unknown fields are ignored; `v` grows when a reader must change.
 */
const envelope = {
  v: z.literal(1),
  conversationId: ConversationIdSchema,
  membershipVersion: z.int().min(0),
  /** Added by the relay when it publishes. */
  outboxId: IdSchema.optional(),
};

/** A stored message. `fromSeq`: lowest seq of the conversation that stood unpublished when this one was committed, its own included. */
export const MessageEventSchema = z.object({
  ...envelope,
  kind: z.literal('message'),
  seq: IdSchema,
  fromSeq: IdSchema,
  message: MessageDtoSchema,
});
export type MessageEvent = z.infer<typeof MessageEventSchema>;

/** One reader's step: a receipt for each newly read message (at most the newest 100 per sender), and the reader's own new state. */
export const ReadEventSchema = z.object({
  ...envelope,
  kind: z.literal('read'),
  readerId: IdSchema,
  reader: z.string(),
  readSeq: z.int().min(0),
  unreadCount: z.int().min(0),
  receipts: z.array(ReadReceiptSchema.extend({ senderId: IdSchema })),
});
export type ReadEvent = z.infer<typeof ReadEventSchema>;

/** A group changed: members came or went, it was renamed, or got another owner. `userIds` are the users concerned. */
export const GroupEventSchema = z.object({
  ...envelope,
  kind: z.enum(['group-added', 'group-removed', 'group-renamed', 'group-owner']),
  groupId: IdSchema,
  name: z.string(),
  createdBy: IdSchema,
  userIds: z.array(IdSchema),
});
export type GroupEvent = z.infer<typeof GroupEventSchema>;

export const BusEventSchema = z.discriminatedUnion('kind', [MessageEventSchema, ReadEventSchema, GroupEventSchema]);
export type BusEvent = z.infer<typeof BusEventSchema>;
