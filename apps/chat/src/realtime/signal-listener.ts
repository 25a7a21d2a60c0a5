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
import { SimpMessagingTemplate, SimpUserRegistry, type StompSession } from '@app/stomp';
import { CHAT_LOGGER } from '../chat.tokens.js';
import { PresenceAnnouncer } from './presence-announcer.js';

/** Turns what instances tell each other into frames for the sessions of this one. */
@Injectable()
export class SignalListener implements OnApplicationBootstrap, OnModuleDestroy {
  private unsubscribe: (() => void) | undefined;
  private readonly handlers: { readonly [K in SignalKind]: (payload: SignalPayload<K>) => void } = {
    'direct-message': (payload) => this.pushDirectMessage(payload),
    typing: (payload) => this.pushTyping(payload),
    'presence-changed': ({ username, online }) => this.announcer.changed(username, online),
    'profile-changed': (payload) => this.pushProfile(payload),
  };

  constructor(
    private readonly signals: Signals,
    private readonly template: SimpMessagingTemplate,
    private readonly users: SimpUserRegistry,
    private readonly announcer: PresenceAnnouncer,
    @Inject(CHAT_LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.signals.subscribe((signal) => this.receive(signal));
  }

  onModuleDestroy(): void {
    this.unsubscribe?.();
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
    (this.handlers[known] as (payload: unknown) => void)(parsed.data);
  }

  private pushDirectMessage({ message }: SignalPayload<'direct-message'>): void {
    if (message.receiver !== null) this.template.convertAndSendToUser(message.receiver, QUEUES.reply, message);
    else this.template.convertAndSend(groupTopic(message.groupId!), message);
  }

  private pushTyping({ notification, hiddenFrom }: SignalPayload<'typing'>): void {
    if (notification.receiver !== null) {
      this.template.convertAndSendToUser(notification.receiver, QUEUES.typing, notification);
      return;
    }
    const hidden = new Set(hiddenFrom);
    const sees = (session: StompSession): boolean => !hidden.has((session.principal as Principal).id);
    this.template.convertAndSend(groupTypingTopic(notification.groupId!), notification, {}, sees);
  }

  private pushProfile({ user, userIds }: SignalPayload<'profile-changed'>): void {
    const concerned = new Set([...userIds, user.id]);
    const names = new Set<string>();
    for (const { principal } of this.users.sessions())
      if (concerned.has((principal as Principal).id)) names.add(principal.name);
    const event: LiveEvent = { kind: 'PROFILE_CHANGED', user };
    for (const name of names) this.template.convertAndSendToUser(name, QUEUES.events, event);
  }
}
