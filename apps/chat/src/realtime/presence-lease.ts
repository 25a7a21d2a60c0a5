import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { PresenceStore } from '@app/presence';
import { SimpUserRegistry } from '@app/stomp';
import { PresenceRecorder } from './presence-recorder.js';
import { REALTIME_OPTIONS, type RealtimeOptions } from './realtime.options.js';

/** Keeps this instance's lease on its users' presence, and ends that of instances which are gone. */
@Injectable()
export class PresenceLease implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly timers: NodeJS.Timeout[] = [];

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

  private renew(): Promise<void> {
    const sessions = new Map<string, number>();
    for (const { principal } of this.users.sessions())
      sessions.set(principal.name, (sessions.get(principal.name) ?? 0) + 1);
    return this.recorder.record(() => this.presence.renew(this.options.instanceId, sessions));
  }

  private sweep(): Promise<void> {
    return this.recorder.record(() => this.presence.sweep());
  }
}
