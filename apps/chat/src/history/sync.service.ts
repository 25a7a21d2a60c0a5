import { Injectable } from '@nestjs/common';
import { AppError, parseConversationId, type SyncRequest, type SyncResponse } from '@app/contracts';
import { Database } from '@app/database';
import { ConversationListRepository, conversationIdOf } from '../conversations/index.js';
import { HistoryRepository } from './history.repository.js';
import { MessageViews } from './message-views.service.js';
import { planSync } from './sync-plan.js';
import { SyncReceipts } from './sync-receipts.service.js';
import { SyncRepository } from './sync.repository.js';

@Injectable()
export class SyncService {
  constructor(
    private readonly database: Database,
    private readonly conversations: ConversationListRepository,
    private readonly history: HistoryRepository,
    private readonly views: MessageViews,
    private readonly receipts: SyncReceipts,
    private readonly repository: SyncRepository,
  ) {}

  /** Everything that a client missed, in one round trip (reliability.md section 6). */
  async sync(callerId: number, { conversations: known }: SyncRequest): Promise<SyncResponse> {
    for (const id of Object.keys(known)) if (parseConversationId(id) === null) throw malformed(id);
    const em = this.database.read;
    const epoch = await this.repository.getEpoch(em);
    const listed = await this.conversations.listHeadsOfUser(em, callerId);
    const own = listed.map((conversation) => ({ ...conversation, conversationId: conversationIdOf(conversation) }));
    const { complete, spans, limited, removed } = planSync(own, known);
    const messages = await this.views.viewAll(em, callerId, await this.history.listSpans(em, spans));
    // After the messages: whatever they show as read stands in the state, too.
    const receipts = await this.receipts.listReceipts(em, callerId, complete);
    return { epoch, messages, receipts, removed: [...removed], limited: [...limited] };
  }
}

const malformed = (id: string): AppError =>
  new AppError('VALIDATION_FAILED', {
    details: [{ field: `conversations.${id}`, message: 'must be a conversation id' }],
  });
