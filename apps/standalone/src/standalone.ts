import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createAuthApp } from '@apps/auth';
import { createChatApp } from '@apps/chat';
import { createGatewayApp } from '@apps/gateway';
import { withSecret, type AppConfig } from '@app/config';
import { SERVICES, type ServiceName } from '@app/contracts';
import { announce } from '@app/discovery';
import { createLogger, type Logger } from '@app/observability';
import { TokenService } from '@app/security';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openAdapters, type Adapters } from './adapters.js';
import { ClosingStack } from './closing-stack.js';
import { DataFolder } from './data-folder.js';
import { StartError, explainListenError } from './start-error.js';

/** The running system. */
export interface Standalone {
  readonly config: AppConfig;
  readonly adapters: Adapters;
  /** Where each app really listens. */
  readonly addresses: Readonly<Record<'gateway' | 'auth' | 'chat', string>>;
  readonly dataFolder: string;
  /** Gateway, chat, auth, then what they stand on; every answer under way within the drain time. */
  stop(): Promise<void>;
}

interface Parts {
  readonly config: AppConfig;
  readonly adapters: Adapters;
  readonly tokens: TokenService;
  readonly stack: ClosingStack;
  readonly logger: Logger;
}

/** Each app answers under an instance id of its own, as it would in a process of its own. */
function ownIdentity(config: AppConfig): AppConfig {
  const label = config.instanceId.slice(0, config.instanceId.lastIndexOf('-'));
  return { ...config, instanceId: `${label}-${randomBytes(4).toString('hex')}` };
}

const loggerOf = (name: ServiceName, { logLevel }: AppConfig): Logger => createLogger({ level: logLevel, name });

async function listen(
  app: NestFastifyApplication,
  setting: string,
  port: number,
  { host, gateway }: AppConfig,
): Promise<string> {
  try {
    // For `localhost` Fastify opens a second server on ::1, which knows neither the front door nor the live transports.
    await app.listen(port, host === 'localhost' ? '127.0.0.1' : host);
  } catch (error) {
    const { port: taken } = error as { port?: unknown };
    const second = setting === 'GATEWAY_PORT' && taken === gateway.chatPort && taken !== port;
    throw explainListenError(error, second ? 'GATEWAY_CHAT_PORT' : setting, second ? Number(taken) : port, host);
  }
  const { address, port: real } = app.getHttpServer().address() as AddressInfo;
  const shown =
    address === '0.0.0.0' || address === '::' ? 'localhost' : address.includes(':') ? `[${address}]` : address;
  return `http://${shown}:${real}`;
}

async function announceApp(
  parts: Parts,
  service: ServiceName,
  config: AppConfig,
  app: NestFastifyApplication,
): Promise<void> {
  const registration = await announce(parts.adapters.registry, service, config.instanceId, app.getHttpServer());
  parts.stack.add(`registration of ${service}`, () => registration.deregister());
}

async function startAuth(parts: Parts): Promise<string> {
  const config = ownIdentity(parts.config);
  const app = await createAuthApp({
    ...parts.adapters,
    config,
    tokens: parts.tokens,
    logger: loggerOf(SERVICES.auth, config),
  });
  parts.stack.add(SERVICES.auth, () => app.close());
  const url = await listen(app, 'AUTH_PORT', config.auth.port, config);
  await announceApp(parts, SERVICES.auth, config, app);
  return url;
}

async function startChat(parts: Parts): Promise<string> {
  const config = ownIdentity(parts.config);
  const app = await createChatApp({
    ...parts.adapters,
    config,
    tokens: parts.tokens,
    logger: loggerOf(SERVICES.chat, config),
  });
  parts.stack.add(SERVICES.chat, () => app.close());
  const url = await listen(app, 'CHAT_PORT', config.chat.port, config);
  await announceApp(parts, SERVICES.chat, config, app);
  return url;
}

async function startGateway(parts: Parts): Promise<string> {
  const config = ownIdentity(parts.config);
  const { registry } = parts.adapters;
  const app = await createGatewayApp({
    registry,
    config,
    tokens: parts.tokens,
    logger: loggerOf(SERVICES.gateway, config),
  });
  parts.stack.add(SERVICES.gateway, () => app.close());
  const url = await listen(app, 'GATEWAY_PORT', config.gateway.port, config);
  await announceApp(parts, SERVICES.gateway, config, app);
  return url;
}

async function start(given: AppConfig, stack: ClosingStack, logger: Logger): Promise<Omit<Standalone, 'stop'>> {
  if (given.mode !== 'embedded')
    throw new StartError(
      'MODE',
      `${given.mode} runs gateway, auth and chat as processes of their own; this is the one of embedded`,
    );
  const folder = DataFolder.claim(given.dataDir);
  stack.add('data folder', () => folder.release());
  const config = withSecret(given);
  const adapters = await openAdapters(config, logger);
  for (const name of ['database', 'registry', 'presence', 'signals', 'bus'] as const)
    stack.add(name, () => adapters[name].close());
  const parts = { config, adapters, tokens: new TokenService(config.jwt.secret), stack, logger };
  const auth = await startAuth(parts);
  const chat = await startChat(parts);
  const gateway = await startGateway(parts);
  return { config, adapters, addresses: { gateway, auth, chat }, dataFolder: folder.path };
}

/** Opens everything, in order; what fails leaves nothing open behind it. */
export async function startStandalone(config: AppConfig): Promise<Standalone> {
  const logger = createLogger({ level: config.logLevel, name: 'standalone' });
  const stack = new ClosingStack();
  const stop = (): Promise<void> => stack.close((name, error) => logger.error({ name, err: error }, 'closing failed'));
  try {
    return { ...(await start(config, stack, logger)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
