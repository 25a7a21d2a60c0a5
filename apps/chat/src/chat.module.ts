import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { AppConfig } from '@app/config';
import { Database } from '@app/database';
import { HttpKitModule } from '@app/http-kit';
import { MessageBus, Signals } from '@app/message-bus';
import type { Clock, HealthRegistry, Logger, Metrics } from '@app/observability';
import { PresenceStore } from '@app/presence';
import type { RevocationList, TokenService } from '@app/security';
import { StompModule } from '@app/stomp';
import { CHAT_CLOCK, CHAT_CONFIG, CHAT_GROUP_LIMIT, CHAT_LOGGER } from './chat.tokens.js';
import { ConversationsModule } from './conversations/index.js';
import { DeliveryModule } from './delivery/index.js';
import { DirectoryModule } from './directory/index.js';
import { GroupsModule } from './groups/index.js';
import { HistoryModule } from './history/index.js';
import { MessagesModule } from './messages/index.js';
import { OutboxModule } from './outbox/index.js';
import { RealtimeModule } from './realtime/index.js';
import { ReceiptsModule } from './receipts/index.js';

/** What the feature modules are built on, all of it open. */
export interface ChatPorts {
  readonly database: Database;
  readonly bus: MessageBus;
  readonly signals: Signals;
  readonly presence: PresenceStore;
  readonly tokens: TokenService;
  readonly revocations: RevocationList;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly instanceId: string;
  readonly config: AppConfig;
  /** One process alone holds the data, so what a dead one left unpublished is its own at once. */
  readonly ownsTheData: boolean;
}

const providersOf = (ports: ChatPorts): Provider[] => [
  { provide: Database, useValue: ports.database },
  { provide: MessageBus, useValue: ports.bus },
  { provide: Signals, useValue: ports.signals },
  { provide: PresenceStore, useValue: ports.presence },
  { provide: CHAT_LOGGER, useValue: ports.logger },
  { provide: CHAT_CONFIG, useValue: ports.config },
  { provide: CHAT_CLOCK, useValue: ports.clock },
  { provide: CHAT_GROUP_LIMIT, useValue: ports.config.groupMaxMembers },
];

@Module({})
class ChatPortsModule {
  static forRoot(ports: ChatPorts): DynamicModule {
    const providers = providersOf(ports);
    return { module: ChatPortsModule, global: true, providers, exports: providers };
  }
}

/** Messages, groups, receipts, live push, on the given ports. */
@Module({})
export class ChatModule {
  static forRoot(ports: ChatPorts): DynamicModule {
    const { instanceId, ownsTheData, clock } = ports;
    return {
      module: ChatModule,
      imports: [
        ChatPortsModule.forRoot(ports),
        HttpKitModule.forRoot(ports),
        StompModule.forRoot(),
        OutboxModule.register({ instanceId, adoptAllAtStart: ownsTheData }),
        DeliveryModule.register({ instanceId }),
        DirectoryModule,
        MessagesModule,
        HistoryModule,
        ReceiptsModule,
        ConversationsModule,
        GroupsModule,
        RealtimeModule.register({ instanceId, clock }),
      ],
    };
  }
}
