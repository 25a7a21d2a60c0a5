import type { AppConfig } from '@app/config';
import { SERVICES } from '@app/contracts';
import type { Database } from '@app/database';
import { createHttpApp } from '@app/http-kit';
import type { Signals } from '@app/message-bus';
import { HealthRegistry, Metrics, type Clock, type Logger } from '@app/observability';
import type { PresenceStore } from '@app/presence';
import { PasswordHasher, RevocationList, TokenService } from '@app/security';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuthModule, type AuthPorts } from './auth.module.js';
import { RevocationsPoller } from './revocations/index.js';

export interface AuthDependencies {
  readonly config: AppConfig;
  readonly logger: Logger;
  /** Opened with the entities of `authSchema`, its migrations done. */
  readonly database: Database;
  readonly presence: PresenceStore;
  readonly signals: Signals;
  readonly tokens?: TokenService;
  readonly clock?: Clock;
}

function addHealthChecks(app: NestFastifyApplication, { health, database, presence, signals }: AuthPorts): void {
  const poller = app.get(RevocationsPoller);
  health.add('database', 'required', async () => (await database.read.query('SELECT 1')) !== undefined);
  health.add('presence', 'degrading', () => presence.isUp());
  health.add('signals', 'degrading', () => signals.isUp());
  health.add('revocations', 'degrading', () => poller.isFresh());
}

/**
 * The auth service on open adapters, not yet listening. Whoever calls it listens, and closes the app before the adapters.
 */
export async function createAuthApp(dependencies: AuthDependencies): Promise<NestFastifyApplication> {
  const { config, logger, database, presence, signals, clock = Date.now } = dependencies;
  const ports: AuthPorts = {
    database,
    presence,
    signals,
    tokens: dependencies.tokens ?? new TokenService(config.jwt.secret, clock),
    revocations: new RevocationList(clock),
    hasher: new PasswordHasher(config.passwords),
    health: new HealthRegistry(),
    metrics: new Metrics({ service: SERVICES.auth }),
    logger,
    clock,
  };
  const app = await createHttpApp(AuthModule.forRoot(ports), {
    config,
    logger,
    instanceId: config.instanceId,
    corsOrigins: config.corsOrigins,
    name: SERVICES.auth,
  });
  addHealthChecks(app, ports);
  return app;
}
