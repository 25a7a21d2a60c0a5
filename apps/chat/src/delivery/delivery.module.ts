import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { MessageBus } from '@app/message-bus';
import { DirectoryModule } from '../directory/index.js';
import { OutboxReachRepository } from '../outbox/index.js';
import { ConversationFeed } from './conversation-feed.js';
import { ConversationLanes } from './conversation-lanes.js';
import { DEFAULT_DELIVERY_OPTIONS, DELIVERY_OPTIONS, fanoutGroup, type DeliveryOptions } from './delivery.options.js';
import { DeliveryKeeper } from './delivery-keeper.js';
import { DeliveryService } from './delivery.service.js';
import { GapDetector } from './gap-detector.js';
import { GroupAudience } from './group-audience.js';
import { GroupAudienceRepository } from './group-audience.repository.js';
import { LivePusher } from './live-pusher.js';
import { MessageListener } from './message.listener.js';
import { MissedMessagesRepository } from './missed-messages.repository.js';
import { OutboxPoller } from './outbox-poller.js';
import { SeqKeeper } from './seq-keeper.js';

/** The classes without Nest in them, wired. */
const ordering: Provider[] = [
  {
    provide: GapDetector,
    inject: [DELIVERY_OPTIONS],
    useFactory: ({ timers }: DeliveryOptions) => new GapDetector(() => timers.now()),
  },
  ConversationLanes,
  {
    provide: ConversationFeed,
    inject: [GapDetector, ConversationLanes, MissedMessagesRepository, LivePusher],
    useFactory: (...parts: ConstructorParameters<typeof ConversationFeed>) => new ConversationFeed(...parts),
  },
  {
    provide: OutboxPoller,
    inject: [MessageBus, OutboxReachRepository, DeliveryService, DELIVERY_OPTIONS],
    useFactory: (...parts: ConstructorParameters<typeof OutboxPoller>) => new OutboxPoller(...parts),
  },
  {
    provide: SeqKeeper,
    inject: [MessageBus, GapDetector, ConversationLanes, OutboxReachRepository, DELIVERY_OPTIONS],
    useFactory: (...parts: ConstructorParameters<typeof SeqKeeper>) => new SeqKeeper(...parts),
  },
];

/** Needs `Database`, `MessageBus`, the outbox and the STOMP module from global modules; the application connects a `MessageBusServer`. */
@Module({})
export class DeliveryModule {
  static register(options: { readonly instanceId: string } & Partial<DeliveryOptions>): DynamicModule {
    const { instanceId, ...others } = options;
    const all: DeliveryOptions = { ...DEFAULT_DELIVERY_OPTIONS, group: fanoutGroup(instanceId), ...others };
    return {
      module: DeliveryModule,
      imports: [DirectoryModule],
      controllers: [MessageListener],
      providers: [
        { provide: DELIVERY_OPTIONS, useValue: all },
        MissedMessagesRepository,
        GroupAudienceRepository,
        GroupAudience,
        LivePusher,
        ...ordering,
        DeliveryService,
        DeliveryKeeper,
      ],
    };
  }
}
