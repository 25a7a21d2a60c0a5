import { ServiceRegistry } from '@app/discovery';
import { HttpKitModule } from '@app/http-kit';
import { HealthRegistry, Metrics } from '@app/observability';
import { SERVICES } from '@app/contracts';
import type { TokenService } from '@app/security';
import { Module, type DynamicModule } from '@nestjs/common';
import { LandingController, MergedDocument } from './docs/index.js';
import { ChatPortListener, FrontDoor } from './door/index.js';
import { EdgeAnswers, EdgeSettings, LOGGER } from './edge/index.js';
import { EdgeAuth } from './edge-auth/index.js';
import type { GatewayDeps } from './gateway.deps.js';
import { UpgradeService } from './live/index.js';
import { ProxyService, UpstreamDirectory } from './proxy/index.js';

/** The gateway holds no data: routes, the edge's checks, and ways to the services. */
@Module({})
export class GatewayModule {
  static forRoot({ config, logger, registry, tokens }: GatewayDeps & { readonly tokens: TokenService }): DynamicModule {
    const metrics = new Metrics({ service: SERVICES.gateway });
    const kit = HttpKitModule.forRoot({ tokens, health: new HealthRegistry(), metrics, exposeMetrics: false });
    return {
      module: GatewayModule,
      imports: [kit],
      controllers: [LandingController],
      providers: [
        { provide: EdgeSettings, useValue: new EdgeSettings(config) },
        { provide: LOGGER, useValue: logger },
        { provide: ServiceRegistry, useValue: registry },
        EdgeAnswers,
        EdgeAuth,
        UpstreamDirectory,
        ProxyService,
        UpgradeService,
        FrontDoor,
        ChatPortListener,
        MergedDocument,
      ],
    };
  }
}
