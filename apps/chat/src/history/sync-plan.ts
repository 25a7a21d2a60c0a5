import type { SeqSpan } from './history.repository.js';

/** What one answer holds (reliability.md section 6). */
export const MOST_CONVERSATIONS = 100;
export const MOST_MESSAGES = 500;

/** One of the caller's conversations; `id` is the row. */
export interface SyncedConversation {
  readonly id: number;
  readonly conversationId: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly lastTimestamp: Date | null;
}

export interface SyncPlan<C extends SyncedConversation> {
  /** Answered in full: nothing that the client misses is left out. */
  readonly complete: readonly C[];
  /** The messages that the client misses in those. */
  readonly spans: readonly SeqSpan[];
  /** Not answered: the client pages through them. */
  readonly limited: readonly string[];
  /** Named by the client, but not its conversations, or not any more. */
  readonly removed: readonly string[];
}

/**
 * Takes conversations while they fit, those with something new first and of them the newest first. One that does not fit is left out as a whole;
 * a smaller one after it may still fit.
 */
export function planSync<C extends SyncedConversation>(
  conversations: readonly C[],
  known: Readonly<Record<string, number>>,
): SyncPlan<C> {
  const own = new Set(conversations.map((conversation) => conversation.conversationId));
  const complete: C[] = [];
  const spans: SeqSpan[] = [];
  const limited: string[] = [];
  let room = MOST_MESSAGES;
  for (const { conversation, span, missing } of inOrder(conversations, known)) {
    if (missing > room || complete.length === MOST_CONVERSATIONS) {
      limited.push(conversation.conversationId);
      continue;
    }
    complete.push(conversation);
    if (missing > 0) spans.push(span);
    room -= missing;
  }
  return { complete, spans, limited, removed: Object.keys(known).filter((id) => !own.has(id)) };
}

interface Candidate<C> {
  readonly conversation: C;
  readonly span: SeqSpan;
  readonly missing: number;
}

/** Without conversations in which nobody has written yet: there is nothing to tell. */
const inOrder = <C extends SyncedConversation>(
  conversations: readonly C[],
  known: Readonly<Record<string, number>>,
): Candidate<C>[] =>
  conversations
    .filter((conversation) => conversation.lastSeq > 0)
    .map((conversation) => {
      const { id: conversationRowId, firstSeq, lastSeq: to } = conversation;
      const from = Math.max(firstSeq, (known[conversation.conversationId] ?? 0) + 1);
      return { conversation, span: { conversationRowId, from, to }, missing: Math.max(0, to - from + 1) };
    })
    .sort((a, b) => Number(b.missing > 0) - Number(a.missing > 0) || timeOf(b.conversation) - timeOf(a.conversation));

const timeOf = ({ lastTimestamp }: SyncedConversation): number => lastTimestamp?.getTime() ?? 0;
