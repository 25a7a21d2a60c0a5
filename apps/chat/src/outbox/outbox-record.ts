import type { BusEvent, GroupEvent, MessageEvent, ReadEvent, TopicName } from '@app/contracts';

/** An event before it has a place in the outbox; `fromSeq` of a message is computed on the way in. */
export type UnstampedEvent = (Omit<MessageEvent, 'fromSeq'> & { readonly fromSeq?: number }) | ReadEvent | GroupEvent;

export interface OutgoingEvent {
  readonly topic: TopicName;
  readonly event: UnstampedEvent;
  /** `conversations.id`. */
  readonly conversationRowId: number;
}

/** A row of the outbox on its way to the bus. */
export interface OutboxRecord {
  readonly id: number;
  readonly topic: TopicName;
  /** The conversation's id on the wire. */
  readonly key: string;
  readonly owner: string;
  /** Null when the row's payload is no JSON. */
  readonly event: BusEvent | null;
}

export interface AppendedRecord extends OutboxRecord {
  readonly event: BusEvent;
}

/** What the relay needs of the outbox. */
export interface OutboxStore {
  /** Rows of one owner that are not published, by id. */
  listUnpublished(owner: string, limit: number): Promise<OutboxRecord[]>;
  markPublished(ids: readonly number[]): Promise<void>;
  countFailure(id: number): Promise<void>;
  /** Moves a row to the dead ones. */
  bury(id: number, reason: string): Promise<void>;
}

/**
 * The events with `fromSeq` of each message: the lowest seq of its conversation that stands unpublished, its own and its batch's included
 * (reliability.md 3.2, step 5). `lowest` holds what the outbox has already, by conversation row.
 */
export function stampFromSeq(events: readonly OutgoingEvent[], lowest: ReadonlyMap<number, number>): BusEvent[] {
  const from = new Map(lowest);
  for (const { event, conversationRowId } of events) {
    if (event.kind !== 'message') continue;
    from.set(conversationRowId, Math.min(event.seq, from.get(conversationRowId) ?? event.seq));
  }
  return events.map(({ event, conversationRowId }) =>
    event.kind === 'message' ? { ...event, fromSeq: Math.min(event.seq, from.get(conversationRowId)!) } : event,
  );
}
