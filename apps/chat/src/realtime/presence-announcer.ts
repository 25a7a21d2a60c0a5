import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { PUBLIC_TOPIC, type PresenceNotice } from '@app/contracts';
import { PresenceStore } from '@app/presence';
import { SimpMessagingTemplate } from '@app/stomp';
import { REALTIME_OPTIONS, type RealtimeOptions } from './realtime.options.js';

const NAMES_SHOWN = 1_000;

/**
 * Tells this instance's sessions who came and went (reliability.md section 7): JOIN at once, LEAVE when the user stays away for a while, since
 * a tab reload is no leaving. In a crowd at most one notice of each type a second goes out, because each carries the whole list.
 */
@Injectable()
export class PresenceAnnouncer implements OnModuleDestroy {
  private readonly leaving = new Map<string, NodeJS.Timeout>();
  private readonly waiting: Record<PresenceNotice['type'], { sender: string; timer: NodeJS.Timeout } | null> = {
    JOIN: null,
    LEAVE: null,
  };
  private readonly lastSent: Record<PresenceNotice['type'], number> = { JOIN: 0, LEAVE: 0 };
  private closed = false;

  constructor(
    private readonly presence: PresenceStore,
    private readonly template: SimpMessagingTemplate,
    @Inject(REALTIME_OPTIONS) private readonly options: RealtimeOptions,
  ) {}

  changed(username: string, online: boolean): void {
    clearTimeout(this.leaving.get(username));
    this.leaving.delete(username);
    if (online) {
      this.announce('JOIN', username);
      return;
    }
    const leave = (): void => {
      this.leaving.delete(username);
      this.announce('LEAVE', username);
    };
    this.leaving.set(username, setTimeout(leave, this.options.leaveDelayMs));
  }

  onModuleDestroy(): void {
    this.closed = true;
    for (const timer of this.leaving.values()) clearTimeout(timer);
    for (const type of ['JOIN', 'LEAVE'] as const) clearTimeout(this.waiting[type]?.timer);
    this.leaving.clear();
  }

  private announce(type: PresenceNotice['type'], sender: string): void {
    const waiting = this.waiting[type];
    if (waiting) {
      waiting.sender = sender;
      return;
    }
    void this.send(type, sender);
  }

  private async send(type: PresenceNotice['type'], sender: string): Promise<void> {
    const names = await this.onlineNames();
    if (names === null || this.closed) return;
    const wait = this.lastSent[type] + this.options.crowdIntervalMs - this.options.clock();
    if (names.length > this.options.crowd && wait > 0) {
      this.postpone(type, sender, wait);
      return;
    }
    this.lastSent[type] = this.options.clock();
    // A JOIN always names its sender, even when the list is cut or the user has left again meanwhile.
    const content = type === 'JOIN' && !names.includes(sender) ? [...names, sender] : names;
    const shown = type === 'LEAVE' ? content.filter((name) => name !== sender) : content;
    this.template.convertAndSend(PUBLIC_TOPIC, { type, content: shown.join(','), sender } satisfies PresenceNotice);
  }

  private postpone(type: PresenceNotice['type'], sender: string, wait: number): void {
    if (this.waiting[type]) {
      this.waiting[type].sender = sender;
      return;
    }
    const timer = setTimeout(() => {
      const latest = this.waiting[type]?.sender ?? sender;
      this.waiting[type] = null;
      void this.send(type, latest);
    }, wait);
    this.waiting[type] = { sender, timer };
  }

  private async onlineNames(): Promise<string[] | null> {
    // A notice is a comfort: while presence is away there is nothing true to tell.
    return this.presence.listOnline(NAMES_SHOWN).catch(() => null);
  }
}
