import { Injectable } from '@nestjs/common';
import type { MessageStatus } from '@app/contracts';
import type { EntityManager } from '@app/database';
import { MembershipRepository } from './membership.repository.js';
import type { ReadState } from './read-watermark.js';
import { ReaderStaysRepository } from './reader-stays.repository.js';
import type { StatusSubject } from './sender-status.js';
import { SentStatuses } from './sent-statuses.service.js';

/** A viewer's own read states by conversation row. */
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
    private readonly sent: SentStatuses,
  ) {}

  /** By message id. `known`: the viewer's own states, where the caller has them already. */
  async statuses(
    em: EntityManager,
    viewerId: number,
    messages: readonly StatusSubject[],
    known?: ViewerStates,
  ): Promise<Map<number, MessageStatus>> {
    const sent = messages.filter((message) => message.senderId === viewerId);
    const received = messages.filter((message) => message.senderId !== viewerId);
    const ofSent = await this.sent.statuses(em, viewerId, sent);
    const ofReceived = await this.receivedStatuses(em, viewerId, received, known);
    return new Map([...ofSent, ...ofReceived]);
  }

  /** READ once the viewer has read it; what was there before a member came counts as read. */
  private async receivedStatuses(
    em: EntityManager,
    viewerId: number,
    messages: readonly StatusSubject[],
    known?: ViewerStates,
  ): Promise<Map<number, MessageStatus>> {
    if (messages.length === 0) return new Map();
    const states = known ?? (await this.findStates(em, viewerId, messages));
    const above = messages.filter(({ conversationId, seq }) => seq > (states.get(conversationId)?.readSeq ?? 0));
    const possible = above.filter(({ conversationId }) => (states.get(conversationId)?.readAhead ?? 0) > 0);
    const entries = await this.readers.listReadAhead(
      em,
      possible.map((message) => message.id),
      viewerId,
    );
    const readAhead = new Set(entries.map((entry) => entry.messageId));
    const unread = new Set(above.filter(({ id }) => !readAhead.has(id)).map(({ id }) => id));
    return new Map(messages.map(({ id }) => [id, unread.has(id) ? 'DELIVERED' : 'READ']));
  }

  private async findStates(
    em: EntityManager,
    userId: number,
    messages: readonly StatusSubject[],
  ): Promise<ViewerStates> {
    const rowIds = new Set(messages.map((message) => message.conversationId));
    const pairs = [...rowIds].map((conversationRowId) => ({ conversationRowId, userId }));
    const stays = await this.memberships.findOpenAmong(em, pairs);
    return new Map(stays.map((stay) => [stay.conversationRowId, stay]));
  }
}
