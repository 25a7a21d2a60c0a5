import { TOPICS, type MessageDto, type MessageEvent } from '@app/contracts';
import {
  stampFromSeq,
  type AppendedRecord,
  type ConversationHead,
  type OutboxRecord,
  type OutboxStore,
} from '../../outbox/index.js';
import type { MissedMessages } from '../conversation-feed.js';
import type { MissedStretch } from '../missed-messages.repository.js';
import type { OutboxReach } from '../outbox-poller.js';

export const CONVERSATION = 'g:1';
const ROW_ID = 1;

interface Row {
  owner: string;
  publishedAt: number | null;
  readonly record: AppendedRecord;
  readonly event: MessageEvent;
}

/** The database of the model: one conversation, its messages and its outbox, behind the interfaces of the real repositories. */
export class ModelDatabase implements OutboxStore, OutboxReach, MissedMessages {
  readonly rows: Row[] = [];
  readonly leases = new Set<string>();

  constructor(private readonly now: () => number) {}

  get lastSeq(): number {
    return this.rows.length;
  }

  commit(owner: string): AppendedRecord {
    const seq = this.lastSeq + 1;
    const message = { seq } as MessageDto;
    const event = { v: 1, kind: 'message', conversationId: CONVERSATION, membershipVersion: 0, seq, message } as const;
    const lowest = this.rows.find(({ publishedAt }) => publishedAt === null)?.event.seq;
    const outgoing = { topic: TOPICS.messages, event, conversationRowId: ROW_ID };
    const [stamped] = stampFromSeq([outgoing], new Map(lowest === undefined ? [] : [[ROW_ID, lowest]]));
    const record = { id: seq, topic: TOPICS.messages, key: CONVERSATION, owner, event: stamped as MessageEvent };
    this.rows.push({ owner, publishedAt: null, record, event: record.event });
    return record;
  }

  async listUnpublished(owner: string, limit: number): Promise<OutboxRecord[]> {
    const own = this.rows.filter((row) => row.owner === owner && row.publishedAt === null);
    return own.slice(0, limit).map(({ record }) => ({ ...record, owner }));
  }

  async markPublished(ids: readonly number[]): Promise<void> {
    for (const id of ids) this.rows[id - 1]!.publishedAt ??= this.now();
  }

  async countFailure(): Promise<void> {}

  async bury(): Promise<void> {
    throw new Error('No row of the model is poison');
  }

  /** As the real adoption: the rows of everyone without a live lease. */
  async adopt(owner: string): Promise<number> {
    const orphans = this.rows.filter((row) => row.publishedAt === null && !this.leases.has(row.owner));
    for (const row of orphans) row.owner = owner;
    return orphans.length;
  }

  async forgetInstances(): Promise<void> {}

  async deletePublished(): Promise<number> {
    return 0;
  }

  async listHeads(since: number): Promise<ConversationHead[]> {
    const reach = this.inReach(since);
    if (reach.length === 0) return [];
    const seq = Math.max(...reach.map(({ event }) => event.seq));
    return [{ conversationId: CONVERSATION, seq, fromSeq: Math.min(...reach.map(({ event }) => event.fromSeq)) }];
  }

  async listConversations(since: number): Promise<Set<string>> {
    return new Set(this.inReach(since).map(({ event }) => event.conversationId));
  }

  async listOtherIds(): Promise<number[]> {
    return [];
  }

  async listEvents(): Promise<[]> {
    return [];
  }

  async find(_conversationId: string, from: number, to: number): Promise<MissedStretch> {
    const messages = this.rows.slice(from - 1, to).map(({ event }) => event.message);
    return { messages, membershipVersion: 0 };
  }

  private inReach(since: number): Row[] {
    return this.rows.filter(({ publishedAt }) => publishedAt === null || publishedAt >= since);
  }
}
