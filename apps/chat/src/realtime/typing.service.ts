import { Injectable } from '@nestjs/common';
import type { SignalPayload, TypingRequest } from '@app/contracts';
import { Signals } from '@app/message-bus';
import type { Principal } from '@app/security';
import { LiveAudience } from './live-audience.js';

/** `/app/chat.typing`: a comfort, so whoever may not send it is dropped without a word. */
@Injectable()
export class TypingService {
  constructor(
    private readonly audience: LiveAudience,
    private readonly signals: Signals,
  ) {}

  async notify(sender: Principal, { receiver, groupId, typing }: TypingRequest): Promise<void> {
    const notification = { sender: sender.username, receiver: null, groupId: groupId ?? null, typing };
    if (receiver == null) {
      if ((await this.audience.membershipOf(groupId!, sender.id)) !== 'member') return;
      await this.publish({ senderId: sender.id, notification, hiddenFrom: await this.audience.blockersOf(sender.id) });
      return;
    }
    const relation = await this.audience.relationTo(sender, receiver);
    if (relation.kind !== 'open') return;
    const addressed = { ...notification, receiver: relation.username };
    await this.publish({ senderId: sender.id, notification: addressed, hiddenFrom: [] });
  }

  private publish(payload: SignalPayload<'typing'>): Promise<void> {
    return this.signals.publish({ kind: 'typing', payload });
  }
}
