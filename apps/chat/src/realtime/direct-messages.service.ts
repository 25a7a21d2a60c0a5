import { Injectable } from '@nestjs/common';
import { AppError, type ChatMessage, type ChatMessageRequest, type SignalPayload } from '@app/contracts';
import { Signals } from '@app/message-bus';
import type { Principal } from '@app/security';
import { LiveAudience } from './live-audience.js';

/** `/app/chat.sendMessage`: reaches whoever is connected anywhere, under the same rules as a stored message, and is gone. */
@Injectable()
export class DirectMessagesService {
  constructor(
    private readonly audience: LiveAudience,
    private readonly signals: Signals,
  ) {}

  async sendDirect(sender: Principal, request: ChatMessageRequest): Promise<void> {
    const receiver = request.receiver == null ? null : await this.checkReceiver(sender, request.receiver);
    if (request.groupId != null) await this.checkGroup(sender, request.groupId);
    const message: ChatMessage = {
      type: 'CHAT',
      content: request.content,
      sender: sender.username,
      receiver,
      groupId: request.groupId ?? null,
    };
    const payload: SignalPayload<'direct-message'> = { senderId: sender.id, message };
    await this.signals.publish({ kind: 'direct-message', payload });
  }

  /** The receiver's name as its owner writes it, which is how live sessions are addressed. */
  private async checkReceiver(sender: Principal, username: string): Promise<string> {
    const relation = await this.audience.relationTo(sender, username);
    if (relation.kind === 'unknown') throw new AppError('NOT_FOUND', { message: 'There is no such user' });
    if (relation.kind === 'self') throw new AppError('SELF_TARGET');
    if (relation.kind === 'blocked') throw new AppError('BLOCKED');
    return relation.username;
  }

  private async checkGroup(sender: Principal, groupId: number): Promise<void> {
    const membership = await this.audience.membershipOf(groupId, sender.id);
    if (membership === 'no-group') throw new AppError('NOT_FOUND', { message: 'There is no such group' });
    if (membership === 'no-member') throw new AppError('NOT_A_MEMBER');
  }
}
