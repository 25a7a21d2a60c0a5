import { Module, type DynamicModule } from '@nestjs/common';
import { DirectoryModule } from '../directory/index.js';
import { GroupsModule } from '../groups/index.js';
import { MessagesModule } from '../messages/index.js';
import { ChatGateway } from './chat.gateway.js';
import { ConnectionCounts } from './connection-counts.js';
import { DirectMessagesService } from './direct-messages.service.js';
import { GroupRemovalsRepository } from './group-removals.repository.js';
import { LastSeenRepository } from './last-seen.repository.js';
import { LiveAudience } from './live-audience.js';
import { LiveRates } from './live-rates.js';
import { OnlineUsersController } from './online-users.controller.js';
import { OnlineUsersService } from './online-users.service.js';
import { PresenceAnnouncer } from './presence-announcer.js';
import { PresenceLease } from './presence-lease.js';
import { PresenceRecorder } from './presence-recorder.js';
import { PresenceTracker } from './presence-tracker.js';
import { DEFAULT_REALTIME_OPTIONS, REALTIME_OPTIONS, type RealtimeOptions } from './realtime.options.js';
import { RevocationPoller } from './revocation-poller.js';
import { SessionGateway } from './session.gateway.js';
import { SessionWatch } from './session-watch.js';
import { SignalListener } from './signal-listener.js';
import { StompAuthenticator } from './stomp-authenticator.js';
import { SubscriptionAuthorizer } from './subscription-authorizer.js';
import { TypingService } from './typing.service.js';

/** Live sessions: who may connect, subscribe and send, who is online, and when a session must end. Needs the ports and StompModule globally. */
@Module({})
export class RealtimeModule {
  static register(options: Pick<RealtimeOptions, 'instanceId'> & Partial<RealtimeOptions>): DynamicModule {
    return {
      module: RealtimeModule,
      imports: [DirectoryModule, GroupsModule, MessagesModule],
      controllers: [OnlineUsersController],
      providers: [
        { provide: REALTIME_OPTIONS, useValue: { ...DEFAULT_REALTIME_OPTIONS, ...options } satisfies RealtimeOptions },
        ChatGateway,
        SessionGateway,
        StompAuthenticator,
        ConnectionCounts,
        SubscriptionAuthorizer,
        LiveAudience,
        LiveRates,
        DirectMessagesService,
        TypingService,
        SignalListener,
        PresenceTracker,
        PresenceLease,
        PresenceRecorder,
        PresenceAnnouncer,
        OnlineUsersService,
        LastSeenRepository,
        RevocationPoller,
        SessionWatch,
        GroupRemovalsRepository,
      ],
    };
  }
}
