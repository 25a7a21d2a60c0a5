import { Injectable } from '@nestjs/common';
import { PresenceStore } from '@app/presence';
import { LiveAudience } from './live-audience.js';

const NAMES_SHOWN = 1_000;

@Injectable()
export class OnlineUsersService {
  constructor(
    private readonly presence: PresenceStore,
    private readonly audience: LiveAudience,
  ) {}

  /** Names online, without those who block the caller, who would otherwise learn that a blocker is there. */
  async listOnlineUsers(callerId: number): Promise<string[]> {
    const [online, hidden] = await Promise.all([
      this.presence.listOnline(NAMES_SHOWN),
      this.audience.blockerNames(callerId),
    ]);
    return online.filter((username) => !hidden.has(username));
  }
}
