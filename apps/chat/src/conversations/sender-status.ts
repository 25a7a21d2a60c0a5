import type { MessageStatus } from '@app/contracts';
import { isMemberAt } from './read-watermark.js';

/** A message as far as its status is concerned; `conversationId` is the row. */
export interface StatusSubject {
  readonly id: number;
  readonly conversationId: number;
  readonly groupId: number | null;
  readonly seq: number;
  readonly senderId: number;
}

/** Another user's stay as the sender's status needs it. */
export interface ReaderStay {
  readonly userId: number;
  readonly joinedSeq: number;
  readonly leftSeq: number | null;
  readonly readSeq: number;
}

/** Everyone but the sender. */
export interface Readers {
  /** Stays that are open, of users who are not deleted. */
  readonly present: readonly ReaderStay[];
  /** All others, in the order in which they ended. */
  readonly gone: readonly ReaderStay[];
}

/**
 * What the sender of `seq` sees: READ when everyone who could read it and is still there has read it. With nobody left, it stays as it was when the
 * last of them went, so that a status never goes back: nobody who joined later can read what counts here.
 */
export function senderStatus(seq: number, readers: Readers, hasReadAhead: (userId: number) => boolean): MessageStatus {
  const hasRead = (stay: ReaderStay): boolean => seq <= stay.readSeq || hasReadAhead(stay.userId);
  const present = readers.present.filter((stay) => isMemberAt(stay, seq));
  if (present.length > 0) return present.every(hasRead) ? 'READ' : 'DELIVERED';
  const lastToGo = readers.gone.findLast((stay) => isMemberAt(stay, seq));
  return lastToGo && hasRead(lastToGo) ? 'READ' : 'DELIVERED';
}
