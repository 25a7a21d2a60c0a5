import { authSchema } from '@apps/auth';
import { chatSchema } from '@apps/chat';
import type { AppConfig } from '@app/config';
import { migrate, openDatabase, type Database, type DatabaseSettings } from '@app/database';
import { StaticServiceRegistry, type ServiceRegistry } from '@app/discovery';
import { InProcessMessageBus, InProcessSignals, type MessageBus, type Signals } from '@app/message-bus';
import type { Logger } from '@app/observability';
import { InMemoryPresenceStore, type PresenceStore } from '@app/presence';
import { StartError } from './start-error.js';

/** Everything behind a port, open. */
export interface Adapters {
  readonly database: Database;
  readonly bus: MessageBus;
  readonly signals: Signals;
  readonly presence: PresenceStore;
  readonly registry: ServiceRegistry;
}

const missing = (setting: string, driver: string): never => {
  throw new StartError(setting, `this build holds no adapter for ${driver}`);
};

function databaseSettings({ database }: AppConfig): DatabaseSettings {
  const { driver, file, authUrl, chatUrl } = database;
  if (driver === 'sqlite') return { driver, file: file! };
  if (authUrl !== chatUrl)
    throw new StartError('CHAT_MYSQL_URL', 'must be AUTH_MYSQL_URL when both services run in one process');
  return { driver, url: authUrl! };
}

/** What SQLite says about the file itself, as opposed to a bug of ours. */
function explainFileError(error: unknown, { database, dataDir }: AppConfig): unknown {
  const { code } = error as { code?: unknown };
  if (
    database.driver !== 'sqlite' ||
    typeof code !== 'string' ||
    !/^SQLITE_(NOTADB|CORRUPT|CANTOPEN|READONLY|IOERR|FULL|BUSY)/.test(code)
  )
    return error;
  return new StartError('DATA_DIR', `${database.file ?? dataDir} cannot be used as a database (${code})`, {
    cause: error,
  });
}

/** Auth's tables before chat's, which reads them; then one open database for both. */
async function openTheDatabase(config: AppConfig, logger: Logger): Promise<Database> {
  const settings = databaseSettings(config);
  for (const schema of [authSchema, chatSchema]) {
    const done = await migrate(settings, schema);
    if (done.length > 0) logger.info({ owner: schema.owner, migrations: done }, 'tables brought up to date');
  }
  return openDatabase(settings, { entities: [...authSchema.entities, ...chatSchema.entities], logger });
}

/** The one place that knows which adapter a driver's name means. */
export function openPorts({ bus, signals, presence, discovery }: AppConfig): Omit<Adapters, 'database'> {
  return {
    bus: bus.driver === 'in-process' ? new InProcessMessageBus() : missing('BUS_DRIVER', bus.driver),
    signals: signals.driver === 'in-process' ? new InProcessSignals() : missing('SIGNALS_DRIVER', signals.driver),
    presence:
      presence.driver === 'in-process' ? new InMemoryPresenceStore() : missing('PRESENCE_DRIVER', presence.driver),
    registry:
      discovery.driver === 'static' ? new StaticServiceRegistry() : missing('DISCOVERY_DRIVER', discovery.driver),
  };
}

export async function openAdapters(config: AppConfig, logger: Logger): Promise<Adapters> {
  const ports = openPorts(config);
  try {
    return { ...ports, database: await openTheDatabase(config, logger) };
  } catch (error) {
    throw explainFileError(error, config);
  }
}
