import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import {
  QUEUES,
  SIGNAL_SCHEMAS,
  groupTopic,
  groupTypingTopic,
  type LiveEvent,
  type SignalKind,
  type SignalPayload,
} from '@app/contracts';
import { Signals, type Signal } from '@app/message-bus';
import type { Logger } from '@app/observability';
import type { Principal } from '@app/security';
import { SimpMessagingTemplate, SubscriptionRegistry, type StompSession } from '@app/stomp';
import { CHAT_LOGGER } from '../chat.tokens.js';
import { LiveAudience } from './live-audience.js';
import { PresenceAnnouncer } from './presence-announcer.js';

/** Turns what instances tell each other into frames for the sessions of this one. */
@Injectable()
export class SignalListener implements OnApplicationBootstrap, OnModuleDestroy {
  private unsubscribe: (() => void) | undefined;
  /** Signals are handled one after the other, so that what one person sends keeps its order. */
  private lane: Promise<void> = Promise.resolve();
  private readonly handlers: { readonly [K in SignalKind]: (payload: SignalPayload<K>) => Promise<void> | void } = {
    'direct-message': (payload) => this.pushDirectMessage(payload),
    typing: (payload) => this.pushTyping(payload),
    'presence-changed': ({ username, online }) => this.announcer.changed(username, online),
    'profile-changed': (payload) => this.pushProfile(payload),
  };

  constructor(
    private readonly signals: Signals,
    private readonly template: SimpMessagingTemplate,
    private readonly subscriptions: SubscriptionRegistry,
    private readonly announcer: PresenceAnnouncer,
    private readonly audience: LiveAudience,
    @Inject(CHAT_LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.signals.subscribe((signal) => this.receive(signal));
  }

  async onModuleDestroy(): Promise<void> {
    this.unsubscribe?.();
    await this.lane;
  }

  private receive({ kind, payload }: Signal): void {
    if (!(kind in SIGNAL_SCHEMAS)) return;
    const known = kind as SignalKind;
    const parsed = SIGNAL_SCHEMAS[known].safeParse(payload);
    if (!parsed.success) {
      this.logger.error({ kind, issues: parsed.error.issues.length }, 'a signal could not be understood');
      return;
    }
    // The schema of `known` has just made it the payload of `known`, which the type system cannot follow through the union.
    const handle = this.handlers[known] as (payload: unknown) => Promise<void> | void;
    this.lane = this.lane
      .then(() => handle(parsed.data))
      .catch((error: unknown) => this.logger.warn({ err: error, kind }, 'a signal could not be passed on'));
  }

  private pushDirectMessage({ message }: SignalPayload<'direct-message'>): Promise<void> | void {
    if (message.receiver === null) return this.pushToGroup(message.groupId!, groupTopic(message.groupId!), message);
    this.template.convertAndSendToUser(message.receiver, QUEUES.reply, message);
    return undefined;
  }

  private pushTyping({ notification, hiddenFrom }: SignalPayload<'typing'>): Promise<void> | void {
    const { receiver, groupId } = notification;
    if (receiver === null) return this.pushToGroup(groupId!, groupTypingTopic(groupId!), notification, hiddenFrom);
    this.template.convertAndSendToUser(receiver, QUEUES.typing, notification);
    return undefined;
  }

  /** To those who follow the topic here and are members at this moment. */
  private async pushToGroup(
    groupId: number,
    topic: string,
    payload: unknown,
    hiddenFrom: readonly number[] = [],
  ): Promise<void> {
    if (this.subscriptions.sessionsFor(topic).length === 0) return;
    const entitled = new Set(await this.audience.memberIds(groupId));
    for (const id of hiddenFrom) entitled.delete(id);
    const sees = (session: StompSession): boolean => entitled.has((session.principal as Principal).id);
    this.template.convertAndSend(topic, payload, {}, sees);
  }

  private pushProfile({ user, userIds }: SignalPayload<'profile-changed'>): void {
    const concerned = new Set([...userIds, user.id]);
    const names = this.audience.connectedNames(concerned);
    this.template.convertAndSendToUsers(names, QUEUES.events, { kind: 'PROFILE_CHANGED', user } satisfies LiveEvent);
  }
}
