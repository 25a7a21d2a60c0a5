import { Injectable } from '@nestjs/common';
import type { MessageStatus } from '@app/contracts';
import type { EntityManager } from '@app/database';
import { DirectoryRepository } from '../directory/index.js';
import { groupBy } from './group-by.js';
import { MembershipRepository } from './membership.repository.js';
import type { ReadState } from './read-watermark.js';
import { ReaderStaysRepository, type StoredReaderStay } from './reader-stays.repository.js';
import { senderStatus, type Readers } from './sender-status.js';

/** A message as far as its status is concerned; `conversationId` is the row. */
export interface StatusSubject {
  readonly id: number;
  readonly conversationId: number;
  readonly seq: number;
  readonly senderId: number;
}

export type ViewerStates = ReadonlyMap<number, Pick<ReadState, 'readSeq' | 'readAhead'>>;

/**
 * The status of messages as one viewer stands to them (api.md, MessageDto). It is derived, for a whole page at once, from how far everyone has read;
 * nothing is written per message and reader.
 */
@Injectable()
export class MessageStatusView {
  constructor(
    private readonly memberships: MembershipRepository,
    private readonly readers: ReaderStaysRepository,
    private readonly directory: DirectoryRepository,
  ) {}

  /** By message id. `known`: the viewer's own states by conversation row, where the caller has them already. */
  async statuses(
    em: EntityManager,
    viewerId: number,
    messages: readonly StatusSubject[],
    known?: ViewerStates,
  ): Promise<Map<number, MessageStatus>> {
    const own = messages.filter((message) => message.senderId === viewerId);
    const others = messages.filter((message) => message.senderId !== viewerId);
    const result = new Map<number, MessageStatus>();
    if (others.length > 0) await this.addReceived(em, viewerId, others, known, result);
    if (own.length > 0) await this.addSent(em, viewerId, own, result);
    return result;
  }

  private async addReceived(
    em: EntityManager,
    viewerId: number,
    messages: readonly StatusSubject[],
    known: ViewerStates | undefined,
    result: Map<number, MessageStatus>,
  ): Promise<void> {
    const states = known ?? (await this.findStates(em, viewerId, messages));
    const stateOf = (message: StatusSubject): { readSeq: number; readAhead: number } =>
      states.get(message.conversationId) ?? { readSeq: 0, readAhead: 0 };
    const above = messages.filter(
      (message) => message.seq > stateOf(message).readSeq && stateOf(message).readAhead > 0,
    );
    const ahead = await this.readers.listReadAhead(em, idsOf(above), viewerId);
    const readAhead = new Set(ahead.map((entry) => entry.messageId));
    for (const message of messages) {
      const read = message.seq <= stateOf(message).readSeq || readAhead.has(message.id);
      result.set(message.id, read ? 'READ' : 'DELIVERED');
    }
  }

  private async findStates(
    em: EntityManager,
    userId: number,
    messages: readonly StatusSubject[],
  ): Promise<ViewerStates> {
    const pairs = rowIdsOf(messages).map((conversationRowId) => ({ conversationRowId, userId }));
    const stays = await this.memberships.findOpenAmong(em, pairs);
    return new Map(stays.map((stay) => [stay.conversationRowId, stay]));
  }

  private async addSent(
    em: EntityManager,
    senderId: number,
    messages: readonly StatusSubject[],
    result: Map<number, MessageStatus>,
  ): Promise<void> {
    const readers = await this.findReaders(em, senderId, messages);
    const ahead = await this.findReadAhead(em, messages, readers);
    for (const { id, conversationId, seq } of messages) {
      const ofConversation = readers.get(conversationId) ?? NOBODY;
      result.set(
        id,
        senderStatus(seq, ofConversation, (userId) => ahead.get(id)?.has(userId) === true),
      );
    }
  }

  /** Those who are gone are read only for conversations with a message that nobody present could read. */
  private async findReaders(
    em: EntityManager,
    senderId: number,
    messages: readonly StatusSubject[],
  ): Promise<Map<number, StoredReaders>> {
    const open = await this.readers.listOpenOfOthers(em, rowIdsOf(messages), senderId);
    const deletions = await this.directory.findDeletions(
      em,
      open.map((stay) => stay.userId),
    );
    const deletedAt = (stay: StoredReaderStay): number => deletions.get(stay.userId) ?? 0;
    const present = groupBy(
      open.filter((stay) => !deletions.has(stay.userId)),
      (stay) => stay.conversationRowId,
    );
    const lonely = messages.filter(
      ({ conversationId, seq }) => !present.get(conversationId)?.some((stay) => stay.joinedSeq < seq),
    );
    const closed = await this.readers.listClosedOfOthers(em, rowIdsOf(lonely), senderId);
    // A deleted user's stays are closed within a second; until then they count as the latest to go.
    const deleted = open.filter((stay) => deletions.has(stay.userId)).sort((a, b) => deletedAt(a) - deletedAt(b));
    const gone = groupBy([...closed, ...deleted], (stay) => stay.conversationRowId);
    return new Map(rowIdsOf(messages).map((id) => [id, { present: present.get(id) ?? [], gone: gone.get(id) ?? [] }]));
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
    const entries = await this.readers.listReadAhead(em, idsOf(possible));
    const byMessage = groupBy(entries, (entry) => entry.messageId);
    return new Map([...byMessage].map(([id, list]) => [id, new Set(list.map((entry) => entry.userId))]));
  }
}

interface StoredReaders extends Readers {
  readonly present: readonly StoredReaderStay[];
  readonly gone: readonly StoredReaderStay[];
}
const NOBODY: StoredReaders = { present: [], gone: [] };

const idsOf = (messages: readonly StatusSubject[]): number[] => messages.map((message) => message.id);
const rowIdsOf = (messages: readonly StatusSubject[]): number[] => [
  ...new Set(messages.map((message) => message.conversationId)),
];
