import { Injectable } from '@nestjs/common';
import type { StatusDto } from '@app/contracts';
import { PresenceStore } from '@app/presence';
import { BlocksRepository } from '../blocks/index.js';
import { UsersRepository } from '../users/index.js';
import { LastSeenRepository } from './last-seen.repository.js';

const OFFLINE = 'offline';

@Injectable()
export class StatusService {
  constructor(
    private readonly users: UsersRepository,
    private readonly blocks: BlocksRepository,
    private readonly presence: PresenceStore,
    private readonly lastSeen: LastSeenRepository,
  ) {}

  /** A status for each id asked; unknown users and those who block the caller are offline. PRESENCE_UNAVAILABLE while presence is away. */
  async getStatus(callerId: number, userIds: readonly number[]): Promise<StatusDto> {
    const ids = [...new Set(userIds)];
    const [names, blockers] = await Promise.all([
      this.users.listUsernames(ids),
      this.blocks.listBlockersAmong(callerId, ids),
    ]);
    for (const id of blockers) names.delete(id);
    const byName = await this.statusByName([...names.values()]);
    return { status: Object.fromEntries(ids.map((id) => [String(id), byName.get(names.get(id) ?? '') ?? OFFLINE])) };
  }

  private async statusByName(usernames: readonly string[]): Promise<Map<string, string>> {
    const statuses = await this.presence.statusOf(usernames);
    const unknown = usernames.filter((name) => statuses.get(name) == null);
    const kept = await this.lastSeen.findLastSeen(unknown);
    return new Map(usernames.map((name) => [name, String(statuses.get(name) ?? kept.get(name) ?? OFFLINE)]));
  }
}
