import { HealthRegistry, Metrics } from '@app/observability';
import { RevocationList, TokenService } from '@app/security';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { JwtAuthGuard } from './auth/jwt-auth.guard.js';
import { RequestAuthenticator } from './auth/request-authenticator.js';
import { HealthController } from './health/health.controller.js';
import { MetricsController } from './health/metrics.controller.js';

export interface HttpKitModuleOptions {
  readonly tokens: TokenService;
  /** Default: an empty list (the gateway, which knows no revocations). */
  readonly revocations?: RevocationList;
  readonly health?: HealthRegistry;
  readonly metrics?: Metrics;
  /** Serve `/metrics`; default true. The gateway does not. */
  readonly exposeMetrics?: boolean;
}

/**
 * What each HTTP app of ours imports once: the global token guard, `/health/live`, `/health/ready` and `/metrics`. TokenService, RevocationList,
 * HealthRegistry and Metrics are injectable everywhere from then on. {@link createHttpApp} adds the rest: errors, validation, rates.
 */
@Module({})
export class HttpKitModule {
  static forRoot(options: HttpKitModuleOptions): DynamicModule {
    const shared = [
      { provide: TokenService, useValue: options.tokens },
      { provide: RevocationList, useValue: options.revocations ?? new RevocationList() },
      { provide: HealthRegistry, useValue: options.health ?? new HealthRegistry() },
      { provide: Metrics, useValue: options.metrics ?? new Metrics() },
      RequestAuthenticator,
    ];
    return {
      module: HttpKitModule,
      global: true,
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController, ...((options.exposeMetrics ?? true) ? [MetricsController] : [])],
      providers: [...shared, { provide: APP_GUARD, useClass: JwtAuthGuard }],
      exports: shared,
    };
  }
}
