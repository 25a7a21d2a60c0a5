import { Logger, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { SimpMessagingTemplate } from '../broker/simp-messaging-template.js';
import { SimpUserRegistry } from '../broker/simp-user-registry.js';
import { SimpleBroker } from '../broker/simple-broker.js';
import { StompSessionEvents } from '../broker/stomp-session-events.js';
import { SubscriptionRegistry } from '../broker/subscription-registry.js';

const PROVIDERS: Provider[] = [
  { provide: SubscriptionRegistry, useFactory: () => new SubscriptionRegistry() },
  { provide: SimpUserRegistry, useFactory: () => new SimpUserRegistry() },
  {
    provide: StompSessionEvents,
    useFactory: (): StompSessionEvents => {
      const logger = new Logger(StompSessionEvents.name);
      return new StompSessionEvents((error) => logger.error(error));
    },
  },
  {
    provide: SimpleBroker,
    useFactory: (registry: SubscriptionRegistry, users: SimpUserRegistry) => new SimpleBroker(registry, users),
    inject: [SubscriptionRegistry, SimpUserRegistry],
  },
  {
    provide: SimpMessagingTemplate,
    useFactory: (broker: SimpleBroker) => new SimpMessagingTemplate(broker),
    inject: [SimpleBroker],
  },
];

/**
 * The broker of this process for injection anywhere: SimpMessagingTemplate, SimpUserRegistry, SubscriptionRegistry, StompSessionEvents. All are
 * usable before there is an adapter; until then nobody is connected. Sockets come with StompAdapter.
 */
@Module({})
export class StompModule {
  static forRoot(): DynamicModule {
    return { module: StompModule, global: true, providers: PROVIDERS, exports: PROVIDERS };
  }
}
