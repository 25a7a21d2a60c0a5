import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { PresenceStore, type PresenceTransition } from '@app/presence';
import { StompSessionEvents, type StompSession, type Unlisten } from '@app/stomp';
import { PresenceLease } from './presence-lease.js';
import { PresenceRecorder } from './presence-recorder.js';
import { REALTIME_OPTIONS, type RealtimeOptions } from './realtime.options.js';

/** Counts this instance's sessions in the presence store, each session once, one user's steps in their order. */
@Injectable()
export class PresenceTracker implements OnModuleDestroy {
  private readonly lanes = new Map<string, Promise<void>>();
  private readonly unlisten: readonly Unlisten[];

  constructor(
    events: StompSessionEvents,
    private readonly presence: PresenceStore,
    private readonly recorder: PresenceRecorder,
    private readonly lease: PresenceLease,
    @Inject(REALTIME_OPTIONS) { instanceId }: RealtimeOptions,
  ) {
    const count = (step: (name: string) => Promise<PresenceTransition | null>) => (session: StompSession) =>
      this.enqueue(session.principal.name, step);
    this.unlisten = [
      events.onConnected(count((name) => this.presence.connect(instanceId, name))),
      events.onDisconnected(count((name) => this.presence.disconnect(instanceId, name))),
    ];
  }

  async onModuleDestroy(): Promise<void> {
    for (const unlisten of this.unlisten) unlisten();
    await Promise.all(this.lanes.values());
  }

  private enqueue(name: string, step: (name: string) => Promise<PresenceTransition | null>): void {
    const before = this.lanes.get(name) ?? Promise.resolve();
    const after = before.then(() => this.take(name, step));
    this.lanes.set(name, after);
    void after.then(() => {
      if (this.lanes.get(name) === after) this.lanes.delete(name);
    });
  }

  private async take(name: string, step: (name: string) => Promise<PresenceTransition | null>): Promise<void> {
    const done = await this.recorder.record(async () => {
      const transition = await step(name);
      return transition ? [transition] : [];
    });
    if (!done) this.lease.countAnew();
  }
}
