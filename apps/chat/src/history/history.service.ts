import { Injectable } from '@nestjs/common';
import { AppError, type ConversationRef, type MessageDto, type MessageSlice, type Page } from '@app/contracts';
import { Database } from '@app/database';
import { toPage } from '@app/http-kit';
import { ConversationRepository, MembershipRepository, type StoredConversation } from '../conversations/index.js';
import { DirectoryRepository } from '../directory/index.js';
import type { HistoryQuery } from './history-query.js';
import { HistoryRepository } from './history.repository.js';
import { MessageViews, type KnownToViewer } from './message-views.service.js';
import { cursorWindow, pageWindow, type SeqRange, type SeqWindow } from './seq-window.js';

@Injectable()
export class HistoryService {
  constructor(
    private readonly database: Database,
    private readonly conversations: ConversationRepository,
    private readonly memberships: MembershipRepository,
    private readonly directory: DirectoryRepository,
    private readonly history: HistoryRepository,
    private readonly views: MessageViews,
  ) {}

  /** What two users, one of them the caller, wrote to each other; blocks and deletions leave it as it is. */
  async getPrivateHistory(
    callerId: number,
    [a, b]: readonly [number, number],
    query: HistoryQuery,
  ): Promise<Page<MessageDto> | MessageSlice> {
    if (a === b) throw new AppError('SELF_TARGET');
    const users = await this.directory.findUsers(this.database.read, [a, b]);
    if (users.size < 2) throw new AppError('NOT_FOUND', { message: 'There is no such user' });
    if (callerId !== a && callerId !== b) throw new AppError('FORBIDDEN');
    const pair: ConversationRef = { kind: 'PRIVATE', lowId: Math.min(a, b), highId: Math.max(a, b) };
    return this.read(callerId, await this.conversations.find(this.database.read, pair), query, { users });
  }

  /** A member sees everything, also what was written before joining; whoever left sees nothing. */
  async getGroupHistory(
    callerId: number,
    groupId: number,
    query: HistoryQuery,
  ): Promise<Page<MessageDto> | MessageSlice> {
    const conversation = await this.conversations.find(this.database.read, { kind: 'GROUP', groupId });
    if (!conversation) throw new AppError('NOT_FOUND', { message: 'There is no such group' });
    const stay = await this.memberships.findOpen(this.database.read, conversation.id, callerId);
    if (!stay) throw new AppError('NOT_A_MEMBER');
    return this.read(callerId, conversation, query, { states: new Map([[conversation.id, stay]]) });
  }

  private async read(
    callerId: number,
    conversation: StoredConversation | null,
    query: HistoryQuery,
    known: KnownToViewer,
  ): Promise<Page<MessageDto> | MessageSlice> {
    const range: SeqRange = { first: conversation?.firstSeq ?? 1, last: conversation?.lastSeq ?? 0 };
    if (query.cursor) {
      const window = cursorWindow(range, query.cursor);
      const content = await this.readWindow(callerId, conversation, window, known);
      return { content, hasMore: window.hasMore, lastSeq: range.last };
    }
    const content = await this.readWindow(callerId, conversation, pageWindow(range, query.page), known);
    return toPage(content, Math.max(0, range.last - range.first + 1), query.page);
  }

  private async readWindow(
    callerId: number,
    conversation: StoredConversation | null,
    { from, to, descending }: SeqWindow,
    known: KnownToViewer,
  ): Promise<MessageDto[]> {
    if (!conversation) return [];
    const em = this.database.read;
    const rows = await this.history.listSpan(em, { conversationRowId: conversation.id, from, to }, descending);
    return this.views.viewAll(em, callerId, rows, known);
  }
}
