import { Injectable } from '@nestjs/common';
import { AppError } from '@app/contracts';
import { LRUCache } from 'lru-cache';
import { GroupAudienceRepository, type GroupAudienceState } from './group-audience.repository.js';

/** Member ids held in memory, over all groups. */
const MEMBERS_KEPT = 1_000_000;

/** Current members of groups, as new as the event that asks: every membership change bumps the version that events carry. */
@Injectable()
export class GroupAudience {
  private readonly known = new LRUCache<number, GroupAudienceState>({
    maxSize: MEMBERS_KEPT,
    sizeCalculation: ({ userIds }) => userIds.size + 1,
  });

  constructor(private readonly repository: GroupAudienceRepository) {}

  /** Members by memory; null when they must be loaded. */
  peek(groupId: number, version: number): ReadonlySet<number> | null {
    const state = this.known.get(groupId);
    return state && state.version >= version ? state.userIds : null;
  }

  /** Members as of `version` or later. */
  async load(groupId: number, version: number): Promise<ReadonlySet<number>> {
    const state = await this.repository.find(groupId);
    // What was committed with the event must be there; a reader that lags behind is asked again, but not for ever.
    if (state.version < version) throw new AppError('INTERNAL', { message: 'The membership is older than its event' });
    this.known.set(groupId, state);
    return state.userIds;
  }
}
