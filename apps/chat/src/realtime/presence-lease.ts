import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { PresenceStore, type PresenceTransition } from '@app/presence';
import { SimpUserRegistry } from '@app/stomp';
import { PresenceRecorder } from './presence-recorder.js';
import { REALTIME_OPTIONS, type RealtimeOptions } from './realtime.options.js';

/** Keeps this instance's lease on its users' presence, and ends that of instances which are gone. */
@Injectable()
export class PresenceLease implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly timers: NodeJS.Timeout[] = [];
  private miscounted = false;

  constructor(
    private readonly presence: PresenceStore,
    private readonly users: SimpUserRegistry,
    private readonly recorder: PresenceRecorder,
    @Inject(REALTIME_OPTIONS) private readonly options: RealtimeOptions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.renew();
    this.timers.push(setInterval(() => void this.renew(), this.options.presenceRenewMs));
    this.timers.push(setInterval(() => void this.sweep(), this.options.presenceSweepMs));
  }

  async onModuleDestroy(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.recorder.record(() => this.presence.leave(this.options.instanceId));
  }

  /** A session was not counted, because the store was away: the next renewal starts from the sessions that there are. */
  countAnew(): void {
    this.miscounted = true;
  }

  private async renew(): Promise<void> {
    const recount = this.miscounted;
    this.miscounted = false;
    const done = await this.recorder.record(() => (recount ? this.recount() : this.renewLease()));
    if (!done) this.miscounted ||= recount;
  }

  private renewLease(): Promise<PresenceTransition[]> {
    const sessions = new Map<string, number>();
    for (const { principal } of this.users.sessions())
      sessions.set(principal.name, (sessions.get(principal.name) ?? 0) + 1);
    return this.presence.renew(this.options.instanceId, sessions);
  }

  /** A live lease keeps its counts, so it is given back first; who left and came in the same breath has not moved. */
  private async recount(): Promise<PresenceTransition[]> {
    const left = await this.presence.leave(this.options.instanceId);
    const back = await this.renewLease();
    const moved = new Map<string, PresenceTransition>(left.map((transition) => [transition.username, transition]));
    for (const transition of back) if (!moved.delete(transition.username)) moved.set(transition.username, transition);
    return [...moved.values()];
  }

  private sweep(): Promise<boolean> {
    return this.recorder.record(() => this.presence.sweep());
  }
}
