/** A conversation on the wire and as the bus key: `p:<low>:<high>` for a pair of users, `g:<groupId>` for a group. */
export type ConversationId = `p:${number}:${number}` | `g:${number}`;

export type ConversationRef =
  | { readonly kind: 'PRIVATE'; readonly lowId: number; readonly highId: number }
  | { readonly kind: 'GROUP'; readonly groupId: number };

/** The id of the pair, in either order. */
export const privateConversationId = (a: number, b: number): ConversationId => `p:${Math.min(a, b)}:${Math.max(a, b)}`;
export const groupConversationId = (groupId: number): ConversationId => `g:${groupId}`;

const ID = '([1-9]\\d{0,15})';
const PRIVATE = new RegExp(`^p:${ID}:${ID}$`);
const GROUP = new RegExp(`^g:${ID}$`);

/** Null when `text` is no conversation id in its one canonical form (low < high, ids within 2^53-1). */
export function parseConversationId(text: string): ConversationRef | null {
  const pair = PRIVATE.exec(text);
  if (pair) {
    const lowId = Number(pair[1]);
    const highId = Number(pair[2]);
    return lowId < highId && Number.isSafeInteger(lowId) && Number.isSafeInteger(highId)
      ? { kind: 'PRIVATE', lowId, highId }
      : null;
  }
  const group = GROUP.exec(text);
  if (!group) return null;
  const groupId = Number(group[1]);
  return Number.isSafeInteger(groupId) ? { kind: 'GROUP', groupId } : null;
}
