import { Injectable } from '@nestjs/common';
import { PUBLIC_TOPIC } from '@app/contracts';
import type { Principal } from '@app/security';
import { StompRefusal, type StompSession } from '@app/stomp';
import { GroupMembers } from '../groups/index.js';

const GROUP_TOPIC = /^\/topic\/([1-9]\d{0,15})(\/typing)?$/;

/** Who may subscribe to what (security.md section 10, STOMP). Patterns, other users' queues and `/queue/**` never get this far. */
@Injectable()
export class SubscriptionAuthorizer {
  constructor(private readonly members: GroupMembers) {}

  async authorize(session: StompSession, destination: string): Promise<void> {
    if (destination === PUBLIC_TOPIC || destination.startsWith('/user/queue/')) return;
    if (!destination.startsWith('/topic/'))
      throw new StompRefusal('DESTINATION_NOT_ALLOWED', 'This destination is not allowed');
    const groupId = Number(GROUP_TOPIC.exec(destination)?.[1]);
    const membership = Number.isSafeInteger(groupId)
      ? await this.members.membershipOf(groupId, (session.principal as Principal).id)
      : 'no-group';
    if (membership === 'no-group') throw new StompRefusal('NOT_FOUND', 'There is no such group');
    if (membership === 'no-member') throw new StompRefusal('NOT_A_MEMBER', 'You are not a member of this group');
  }
}
