import { Injectable } from '@nestjs/common';
import type { MessageStatus } from '@app/contracts';
import type { EntityManager } from '@app/database';
import { DirectoryRepository } from '../directory/index.js';
import { groupBy } from './group-by.js';
import { ReaderStaysRepository, type ReaderSummary, type StoredReaderStay } from './reader-stays.repository.js';
import { senderStatus, type StatusSubject } from './sender-status.js';

/** A sender's own messages in one conversation. */
interface Sent {
  readonly conversationRowId: number;
  readonly messages: readonly StatusSubject[];
  readonly firstSeq: number;
  readonly lastSeq: number;
}

interface StoredReaders {
  readonly present: readonly StoredReaderStay[];
  readonly gone: readonly StoredReaderStay[];
}

/** Groups beyond this are judged by a witness, if there is one, before all their members are read. */
const LARGE = 50;
/** Some of the witnesses may be deleted. */
const WITNESSES = 5;

/** What a sender sees of the own messages: {@link senderStatus}, with as few rows as will do. */
@Injectable()
export class SentStatuses {
  constructor(
    private readonly readers: ReaderStaysRepository,
    private readonly directory: DirectoryRepository,
  ) {}

  /** By message id; all `messages` are the sender's. */
  async statuses(
    em: EntityManager,
    senderId: number,
    messages: readonly StatusSubject[],
  ): Promise<Map<number, MessageStatus>> {
    const result = new Map<number, MessageStatus>();
    const set = (status: MessageStatus, of: readonly StatusSubject[]): void => {
      for (const { id } of of) result.set(id, status);
    };
    const pairs = messages.filter((message) => message.groupId === null);
    const groups = [
      ...groupBy(
        messages.filter((message) => message.groupId !== null),
        rowIdOf,
      ),
    ].map(toSent);
    const summaries = await this.summarize(em, senderId, groups);
    const rest: StatusSubject[] = [...pairs];
    for (const sent of groups) {
      const summary = summaries.get(sent.conversationRowId);
      if (isReadByAll(sent, summary)) set('READ', sent.messages);
      else if (await this.isUnreadBySome(em, senderId, sent, summary)) set('DELIVERED', sent.messages);
      else rest.push(...sent.messages);
    }
    for (const [id, status] of await this.judge(em, senderId, rest)) result.set(id, status);
    return result;
  }

  private async summarize(
    em: EntityManager,
    senderId: number,
    groups: readonly Sent[],
  ): Promise<Map<number, ReaderSummary>> {
    const rowIds = groups.map((sent) => sent.conversationRowId);
    const summaries = await this.readers.summarizeOpenOfOthers(em, rowIds, senderId);
    return new Map(summaries.map((summary) => [summary.conversationRowId, summary]));
  }

  private async isUnreadBySome(
    em: EntityManager,
    senderId: number,
    { conversationRowId, firstSeq }: Sent,
    summary: ReaderSummary | undefined,
  ): Promise<boolean> {
    if (!summary || summary.readers <= LARGE) return false;
    const ids = await this.readers.listWhoReadNothingFrom(em, conversationRowId, senderId, firstSeq, WITNESSES);
    const deletions = await this.directory.findDeletions(em, ids);
    return ids.some((id) => !deletions.has(id));
  }

  private async judge(
    em: EntityManager,
    senderId: number,
    messages: readonly StatusSubject[],
  ): Promise<Map<number, MessageStatus>> {
    if (messages.length === 0) return new Map();
    const readers = await this.findReaders(em, senderId, messages);
    const ahead = await this.findReadAhead(em, messages, readers);
    return new Map(
      messages.map(({ id, conversationId, seq }) => {
        const ofConversation = readers.get(conversationId) ?? NOBODY;
        return [id, senderStatus(seq, ofConversation, (userId) => ahead.get(id)?.has(userId) === true)];
      }),
    );
  }

  /** Those who are gone are read only for conversations with a message that nobody present could read. */
  private async findReaders(
    em: EntityManager,
    senderId: number,
    messages: readonly StatusSubject[],
  ): Promise<Map<number, StoredReaders>> {
    const rowIds = [...new Set(messages.map(rowIdOf))];
    const open = await this.readers.listOpenOfOthers(em, rowIds, senderId);
    const deletions = await this.findDeletions(em, messages, open);
    const deletedAt = (stay: StoredReaderStay): number => deletions.get(stay.userId) ?? 0;
    const living = open.filter((stay) => !deletions.has(stay.userId));
    const present = groupBy(living, (stay) => stay.conversationRowId);
    const lonely = messages.filter(
      ({ conversationId, seq }) => !present.get(conversationId)?.some((stay) => stay.joinedSeq < seq),
    );
    const closed = await this.readers.listClosedOfOthers(em, [...new Set(lonely.map(rowIdOf))], senderId);
    // A deleted user's stays are closed within a second; until then they count as the latest to go.
    const deleted = open.filter((stay) => deletions.has(stay.userId)).sort((a, b) => deletedAt(a) - deletedAt(b));
    const gone = groupBy([...closed, ...deleted], (stay) => stay.conversationRowId);
    return new Map(rowIds.map((id) => [id, { present: present.get(id) ?? [], gone: gone.get(id) ?? [] }]));
  }

  /** The other one of a pair may be deleted or not: the only reader there ever was, present or the last to go, decides alike. */
  private findDeletions(
    em: EntityManager,
    messages: readonly StatusSubject[],
    open: readonly StoredReaderStay[],
  ): Promise<Map<number, number>> {
    const ofGroups = new Set(messages.filter((message) => message.groupId !== null).map(rowIdOf));
    const stays = open.filter((stay) => ofGroups.has(stay.conversationRowId));
    return this.directory.findDeletions(
      em,
      stays.map((stay) => stay.userId),
    );
  }

  private async findReadAhead(
    em: EntityManager,
    messages: readonly StatusSubject[],
    readers: ReadonlyMap<number, StoredReaders>,
  ): Promise<Map<number, Set<number>>> {
    const possible = messages.filter(({ conversationId, seq }) => {
      const { present, gone } = readers.get(conversationId) ?? NOBODY;
      return [...present, ...gone].some((stay) => stay.readAhead > 0 && stay.readSeq < seq);
    });
    const entries = await this.readers.listReadAhead(
      em,
      possible.map((message) => message.id),
    );
    const byMessage = groupBy(entries, (entry) => entry.messageId);
    return new Map([...byMessage].map(([id, list]) => [id, new Set(list.map((entry) => entry.userId))]));
  }
}

const NOBODY: StoredReaders = { present: [], gone: [] };
const rowIdOf = (message: StatusSubject): number => message.conversationId;

function toSent([conversationRowId, messages]: readonly [number, readonly StatusSubject[]]): Sent {
  const seqs = messages.map((message) => message.seq);
  return { conversationRowId, messages, firstSeq: Math.min(...seqs), lastSeq: Math.max(...seqs) };
}

/** Whether some of them are deleted makes no difference then: the last to go has read it, too. */
const isReadByAll = ({ firstSeq, lastSeq }: Sent, summary: ReaderSummary | undefined): boolean =>
  summary !== undefined && summary.firstJoinedSeq < firstSeq && summary.lowestReadSeq >= lastSeq;
