import { z } from 'zod';

/** An id as a JSON number, 1 to 2^53-1. */
export const IdSchema = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
/** ISO-8601 UTC with milliseconds and `Z`. */
export const TimestampSchema = z.iso.datetime({ precision: 3 });
export const RoleSchema = z.enum(['USER', 'ADMIN']);
export type Role = z.infer<typeof RoleSchema>;
export const ConversationIdSchema = z.string().regex(/^(p:[1-9]\d{0,15}:[1-9]\d{0,15}|g:[1-9]\d{0,15})$/);

/** Line ends and tabs pass, other control characters do not. */
export const hasForbiddenControl = (text: string): boolean =>
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text);
/** A line of text: no control characters at all, no bidirectional overrides (security.md S38). */
export const isPlainLine = (text: string): boolean => !/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/.test(text);
/** False for text with half a surrogate pair, which no UTF-8 can say and which a store would change. */
export const isWellFormed = (text: string): boolean =>
  !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
