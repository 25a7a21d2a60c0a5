import { z } from 'zod';
import { ChatMessageSchema, TypingNotificationSchema } from '../schemas/messages.schema.js';
import { IdSchema } from '../schemas/primitives.schema.js';
import { PublicUserDtoSchema } from '../schemas/accounts.schema.js';

/** What instances tell each other and may lose (reliability.md 3.4, "What may be lost"): the payload of each signal by its kind. */
export const SIGNAL_SCHEMAS = {
  /** An unstored message of the seed's direct path, already authorised. */
  'direct-message': z.object({ senderId: IdSchema, message: ChatMessageSchema }),
  /** Someone is typing; sessions of `hiddenFrom` (users who blocked the sender) are left out. */
  typing: z.object({ senderId: IdSchema, notification: TypingNotificationSchema, hiddenFrom: z.array(IdSchema) }),
  /** A user went online or offline anywhere. */
  'presence-changed': z.object({ username: z.string(), online: z.boolean() }),
  /** A profile changed; `userIds` have the user among their contacts. */
  'profile-changed': z.object({ user: PublicUserDtoSchema, userIds: z.array(IdSchema) }),
} as const;

export type SignalKind = keyof typeof SIGNAL_SCHEMAS;
export type SignalPayload<K extends SignalKind> = z.infer<(typeof SIGNAL_SCHEMAS)[K]>;
