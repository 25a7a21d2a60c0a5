import { Injectable } from '@nestjs/common';
import { AppError, parseConversationId, type ConversationRef } from '@app/contracts';
import { Database, failpoint, type EntityManager } from '@app/database';
import {
  ConversationRepository,
  MembershipRepository,
  type Stay,
  type StoredConversation,
} from '../conversations/index.js';
import { OutboxRelay, type AppendedRecord } from '../outbox/index.js';
import type { Reader } from './read-event.js';
import { ReadProgress } from './read-progress.service.js';
import { ReceiptsRepository, type ReadableMessage } from './receipts.repository.js';

/** Marking as read. Clients repeat it at every poll, so that what changes nothing takes no lock and writes nothing. */
@Injectable()
export class ReadService {
  constructor(
    private readonly database: Database,
    private readonly conversations: ConversationRepository,
    private readonly memberships: MembershipRepository,
    private readonly receipts: ReceiptsRepository,
    private readonly progress: ReadProgress,
    private readonly relay: OutboxRelay,
  ) {}

  async markMessageRead(reader: Reader, messageId: number): Promise<void> {
    const message = await this.receipts.findMessage(this.database.read, messageId);
    if (!message) throw new AppError('NOT_FOUND', { message: 'There is no such message' });
    const stay = await this.getStay(this.database.read, reader, message);
    if (!(await this.progress.isUnread(this.database.read, stay, message))) return;
    await this.commit(async (em) => {
      const conversation = await this.conversations.lockById(em, message.conversationRowId);
      if (!conversation) throw new AppError('NOT_FOUND');
      return this.progress.readMessage(em, reader, conversation, await this.getStay(em, reader, message), message);
    });
  }

  /** Reads everything up to `upToSeq` in one step, which is one event. */
  async markReadUpTo(reader: Reader, conversationId: string, upToSeq: number): Promise<void> {
    const ref = parseConversationId(conversationId);
    if (!ref) throw malformed('conversationId', 'must be a conversation id');
    const conversation = await this.conversations.find(this.database.read, ref);
    if (!conversation) throw new AppError('NOT_FOUND', { message: 'There is no such conversation' });
    const stay = await this.getStay(this.database.read, reader, toPlace(conversation));
    if (upToSeq > conversation.lastSeq) throw malformed('upToSeq', 'is beyond the end of the conversation');
    if (upToSeq > stay.readSeq) await this.commit((em) => this.readUpTo(em, reader, ref, upToSeq));
  }

  private async readUpTo(
    em: EntityManager,
    reader: Reader,
    ref: ConversationRef,
    upToSeq: number,
  ): Promise<AppendedRecord[]> {
    const conversation = await this.conversations.lock(em, ref);
    if (!conversation) throw new AppError('NOT_FOUND');
    const stay = await this.getStay(em, reader, toPlace(conversation));
    return this.progress.readUpTo(em, reader, conversation, stay, upToSeq);
  }

  private async getStay(em: EntityManager, reader: Reader, place: Place): Promise<Stay> {
    const stay = await this.memberships.findOpen(em, place.conversationRowId, reader.id);
    if (!stay) throw new AppError(place.groupId === null ? 'FORBIDDEN' : 'NOT_A_MEMBER');
    return stay;
  }

  private async commit(work: (em: EntityManager) => Promise<AppendedRecord[]>): Promise<void> {
    const records = await this.database.transaction(work);
    failpoint('read.after_commit');
    this.relay.committed(records);
  }
}

type Place = Pick<ReadableMessage, 'conversationRowId' | 'groupId'>;
const toPlace = ({ id, groupId }: StoredConversation): Place => ({ conversationRowId: id, groupId });

const malformed = (field: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { details: [{ field, message }] });
