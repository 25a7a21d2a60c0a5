import type { AppConfig } from '@app/config';
import { SERVICES } from '@app/contracts';
import type { Database } from '@app/database';
import { createHttpApp } from '@app/http-kit';
import { MessageBusServer, type MessageBus, type Signals } from '@app/message-bus';
import { HealthRegistry, Metrics, type Clock, type Logger } from '@app/observability';
import type { PresenceStore } from '@app/presence';
import { RevocationList, TokenService } from '@app/security';
import { StompAdapter } from '@app/stomp';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ChatModule, type ChatPorts } from './chat.module.js';
import { fanoutGroup } from './delivery/index.js';
import { createStompOptions } from './realtime/index.js';

export interface ChatDependencies {
  readonly config: AppConfig;
  readonly logger: Logger;
  /** Opened with the entities of `chatSchema`; its migrations and auth's are done. */
  readonly database: Database;
  readonly bus: MessageBus;
  readonly signals: Signals;
  readonly presence: PresenceStore;
  readonly tokens?: TokenService;
  readonly clock?: Clock;
}

function addHealthChecks({ health, database, bus, signals, presence }: ChatPorts): void {
  health.add('database', 'required', async () => (await database.read.query('SELECT 1')) !== undefined);
  health.add('bus', 'degrading', () => bus.isUp());
  health.add('signals', 'degrading', () => signals.isUp());
  health.add('presence', 'degrading', () => presence.isUp());
}

/**
 * The chat service on open adapters, not yet listening, but consuming: its place on the bus is fixed before the first socket comes. Whoever calls
 * it listens, and closes the app before the adapters.
 */
export async function createChatApp(dependencies: ChatDependencies): Promise<NestFastifyApplication> {
  const { config, logger, clock = Date.now } = dependencies;
  const { instanceId, mode } = config;
  const ports: ChatPorts = {
    ...dependencies,
    tokens: dependencies.tokens ?? new TokenService(config.jwt.secret, clock),
    revocations: new RevocationList(clock),
    health: new HealthRegistry(),
    metrics: new Metrics({ service: SERVICES.chat }),
    clock,
    instanceId,
    ownsTheData: mode === 'embedded',
  };
  const { corsOrigins } = config;
  const edge = { config, logger, instanceId, corsOrigins, name: SERVICES.chat };
  const app = await createHttpApp(ChatModule.forRoot(ports), edge);
  addHealthChecks(ports);
  app.useWebSocketAdapter(new StompAdapter(app, createStompOptions(app, config, logger)));
  app.connectMicroservice({ strategy: new MessageBusServer({ bus: ports.bus, group: fanoutGroup(instanceId) }) });
  await app.init();
  await app.startAllMicroservices();
  return app;
}
