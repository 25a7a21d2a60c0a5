import { Injectable } from '@nestjs/common';
import type { ConversationDto, MessageStatus } from '@app/contracts';
import { Database } from '@app/database';
import { DirectoryRepository, type DirectoryUser } from '../directory/index.js';
import { byRecency, contactEntry, conversationEntry } from './conversation-entry.js';
import { ConversationListRepository, type ListedConversation } from './conversation-list.repository.js';
import { MessageStatusView } from './message-status-view.js';
import type { StatusSubject } from './sender-status.js';

@Injectable()
export class ConversationsService {
  constructor(
    private readonly database: Database,
    private readonly list: ConversationListRepository,
    private readonly directory: DirectoryRepository,
    private readonly statuses: MessageStatusView,
  ) {}

  /** Everyone the user could want to write to: contacts, whoever has written, groups. The newest first, those without a message by name. */
  async listConversations(userId: number): Promise<ConversationDto[]> {
    const em = this.database.read;
    const listed = await this.list.listOfUser(em, userId);
    const contacts = await this.directory.listContacts(em, userId);
    const spoken = listed.filter((conversation) => conversation.groupId !== null || conversation.lastSeq > 0);
    const peers = await this.findPeers(spoken, contacts);
    const statuses = await this.findLastStatuses(userId, spoken);
    const entries = spoken.map((conversation) => {
      const peer = peers.get(conversation.peerId ?? 0);
      return conversationEntry(conversation, userId, peer, statuses.get(conversation.lastMessageId ?? 0) ?? null);
    });
    const known = new Set(spoken.map((conversation) => conversation.peerId));
    const silent = contacts.filter((contact) => !known.has(contact.id));
    return [...entries, ...silent.map((contact) => contactEntry(contact, userId))].sort(byRecency);
  }

  private async findPeers(
    listed: readonly ListedConversation[],
    contacts: readonly DirectoryUser[],
  ): Promise<Map<number, DirectoryUser>> {
    const peers = new Map(contacts.map((contact) => [contact.id, contact]));
    const strangers = listed.flatMap(({ peerId }) => (peerId === null || peers.has(peerId) ? [] : [peerId]));
    for (const [id, user] of await this.directory.findUsers(this.database.read, strangers)) peers.set(id, user);
    return peers;
  }

  private findLastStatuses(userId: number, listed: readonly ListedConversation[]): Promise<Map<number, MessageStatus>> {
    const lastMessages = listed.flatMap<StatusSubject>(({ id, groupId, lastMessageId, lastSenderId, lastSeq }) =>
      lastMessageId === null || lastSenderId === null
        ? []
        : [{ id: lastMessageId, conversationId: id, groupId, seq: lastSeq, senderId: lastSenderId }],
    );
    const states = new Map(listed.map((conversation) => [conversation.id, conversation]));
    return this.statuses.statuses(this.database.read, userId, lastMessages, states);
  }
}
