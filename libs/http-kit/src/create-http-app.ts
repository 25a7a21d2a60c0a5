import type { AppConfig } from '@app/config';
import { HealthRegistry, Metrics, NestPinoLogger, type Logger } from '@app/observability';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_FILTER, APP_PIPE, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { RequestAuthenticator } from './auth/request-authenticator.js';
import type { EdgeContext } from './edge/edge-context.js';
import { createFastifyInstance, type BodyMode } from './edge/fastify-instance.js';
import { RequestDrain } from './edge/request-drain.js';
import { createRequestObserver } from './edge/request-metrics.js';
import { AppErrorFilter } from './errors/app-error.filter.js';
import { setupDocuments, type DocumentOptions } from './openapi/setup-documents.js';
import { SchemaValidationPipe } from './params/schema-validation.pipe.js';
import { createAddressResolver } from './rate-limit/client-address.js';
import { RateLimiter } from './rate-limit/rate-limiter.js';

export interface HttpAppOptions {
  readonly config: Pick<AppConfig, 'http' | 'rateLimits' | 'trustedProxies' | 'shutdown'>;
  readonly logger: Logger;
  /** Stands as `x-instance-id` on every answer. */
  readonly instanceId: string;
  /** Origins that browsers may call from, each exactly as they send it. */
  readonly corsOrigins: readonly string[];
  /** The service's name, the title of its document. */
  readonly name: string;
  /** One limiter for all doors of a process; default: a new one from the config. */
  readonly rateLimiter?: RateLimiter;
  /** Needs no token although no `@Public()` says so; beside `/health`, `/docs`, `/metrics` and `/ws`. */
  readonly isPublic?: (method: string, path: string) => boolean;
  /** Default `json`. */
  readonly bodies?: BodyMode;
  /** false: none. */
  readonly docs?: false | Pick<DocumentOptions, 'patch' | 'version'>;
  /** End on SIGTERM and SIGINT; default false, since composition roots that hold several apps end them in their own order. */
  readonly shutdownHooks?: boolean;
}

const PUBLIC_PATH = /^\/(?:health|docs|metrics|ws)(?:\/|$)/;

@Module({})
class HttpEdgeModule {}

/** The app's module inside one that answers errors, checks bodies and counts rates, for every controller in it. */
function withEdge(module: Type | DynamicModule, limiter: RateLimiter, options: HttpAppOptions): DynamicModule {
  const drain = {
    provide: RequestDrain,
    inject: [HealthRegistry],
    useFactory: (health: HealthRegistry) => new RequestDrain(health, options.config.shutdown.drainMs),
  };
  return {
    module: HttpEdgeModule,
    global: true,
    imports: [module],
    providers: [
      { provide: RateLimiter, useValue: limiter },
      { provide: APP_FILTER, useValue: new AppErrorFilter(options.logger) },
      { provide: APP_PIPE, useClass: SchemaValidationPipe },
      drain,
    ],
    exports: [RateLimiter],
  };
}

/**
 * A Nest app on Fastify with everything that api.md (Conventions) says of every endpoint, not yet initialised nor listening. The module imports
 * {@link HttpKitModule}. `RateLimiter` is injectable in it.
 */
export async function createHttpApp(
  module: Type | DynamicModule,
  options: HttpAppOptions,
): Promise<NestFastifyApplication> {
  const limiter = options.rateLimiter ?? new RateLimiter(options.config.rateLimits);
  const edge: EdgeContext = {
    logger: options.logger,
    instanceId: options.instanceId,
    origins: new Set(options.corsOrigins),
    limiter,
    addressOf: createAddressResolver(options.config.trustedProxies),
    isPublic: (method, path) => PUBLIC_PATH.test(path) || (options.isPublic?.(method, path) ?? false),
    authenticator: null,
    observe: null,
  };
  const instance = createFastifyInstance(edge, options.config.http, options.bodies ?? 'json');
  const app = await NestFactory.create<NestFastifyApplication>(
    withEdge(module, limiter, options),
    new FastifyAdapter(instance as never),
    { bodyParser: false, forceCloseConnections: true, logger: new NestPinoLogger(options.logger), abortOnError: false },
  );
  edge.authenticator = app.get(RequestAuthenticator, { strict: false });
  edge.observe = createRequestObserver(app.get(Metrics, { strict: false }));
  app.get(RequestDrain, { strict: false }).watch(instance);
  if (options.docs !== false) setupDocuments(app, { title: options.name, ...options.docs });
  if (options.shutdownHooks) app.enableShutdownHooks();
  return app;
}
