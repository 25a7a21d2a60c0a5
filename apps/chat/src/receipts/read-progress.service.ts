import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@app/database';
import {
  MembershipRepository,
  markOne,
  readUpTo,
  type ReadState,
  type Stay,
  type StoredConversation,
} from '../conversations/index.js';
import { OutboxRepository, type AppendedRecord } from '../outbox/index.js';
import { readEvents, type Reader } from './read-event.js';
import { ReceiptRecipients } from './receipt-recipients.service.js';
import { ReceiptsRepository, type ReadableMessage } from './receipts.repository.js';

/** Of one sender, in one step (api.md). */
const RECEIPTS_PER_SENDER = 100;

/** Moves a reader forward, under the lock of the conversation; what was read before changes nothing and tells nobody. */
@Injectable()
export class ReadProgress {
  constructor(
    private readonly memberships: MembershipRepository,
    private readonly receipts: ReceiptsRepository,
    private readonly recipients: ReceiptRecipients,
    private readonly outbox: OutboxRepository,
  ) {}

  /** Whether reading the message would change anything: own ones and those from before the stay count as read. */
  async isUnread(em: EntityManager, stay: Stay, message: ReadableMessage): Promise<boolean> {
    if (message.senderId === stay.userId || message.seq <= stay.readSeq) return false;
    return stay.readAhead === 0 || !(await this.receipts.isReadAhead(em, message.id, stay.userId));
  }

  async readMessage(
    em: EntityManager,
    reader: Reader,
    conversation: StoredConversation,
    stay: Stay,
    message: ReadableMessage,
  ): Promise<AppendedRecord[]> {
    if (!(await this.isUnread(em, stay, message))) return [];
    const above = this.memberships.above(em, stay, conversation.lastSeq);
    const state = await markOne(stay, message.seq, above);
    if (state.readAhead > stay.readAhead) await this.receipts.addReadAhead(em, message, stay.userId);
    return this.save(em, reader, conversation, { ...stay, ...state }, [message]);
  }

  async readUpTo(
    em: EntityManager,
    reader: Reader,
    conversation: StoredConversation,
    stay: Stay,
    upToSeq: number,
  ): Promise<AppendedRecord[]> {
    if (upToSeq <= stay.readSeq) return [];
    const state = await readUpTo(stay, upToSeq, this.memberships.above(em, stay, conversation.lastSeq));
    const newlyRead = await this.receipts.listNewlyRead(em, stay, upToSeq, RECEIPTS_PER_SENDER);
    return this.save(em, reader, conversation, { ...stay, ...state }, newlyRead);
  }

  private async save(
    em: EntityManager,
    reader: Reader,
    conversation: StoredConversation,
    stay: Stay & ReadState,
    newlyRead: readonly ReadableMessage[],
  ): Promise<AppendedRecord[]> {
    await this.memberships.saveReadState(em, stay);
    const senderIds = newlyRead.map((message) => message.senderId);
    const senders = await this.recipients.findNames(em, reader.id, conversation, senderIds);
    return this.outbox.append(em, readEvents(reader, conversation, stay, newlyRead, senders));
  }
}
