import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AppConfig } from './app-config.js';
import { ALL_SERVICES, findConflicts, type Service } from './check-settings.js';
import { ConfigError } from './config-error.js';
import { findSecretProblem, readSecretFile } from './jwt-secret.js';
import { limitSections } from './limit-sections.js';
import { readSettings } from './read-settings.js';
import type { SettingValues } from './settings.js';

export interface LoadOptions {
  /** What the process runs; settings that only others need may be missing. Default: all three. */
  readonly services?: readonly Service[];
  /** Bytes of the file that JWT_SECRET_FILE names; throws when it cannot be read. */
  readonly readSecretFile?: (file: string) => Buffer;
  /** The random part of the instance id; default 8 hex digits. */
  readonly randomId?: () => string;
}

const randomHex = (): string => randomBytes(4).toString('hex');

function loadSecret(values: SettingValues, read: (file: string) => Buffer, problems: string[]): AppConfig['jwt'] {
  const { JWT_SECRET: inline, JWT_SECRET_FILE: file, MODE: mode } = values;
  const none = { secret: Buffer.alloc(0), secretSource: 'DATA_DIR' };
  if (inline !== null && file !== null) problems.push('JWT_SECRET and JWT_SECRET_FILE must not both be set');
  if (inline === null && file === null) {
    if (mode === 'distributed') problems.push('JWT_SECRET (or JWT_SECRET_FILE) must be set when MODE is distributed');
    return none;
  }
  try {
    const secret = file === null ? Buffer.from(inline ?? '', 'utf8') : read(file);
    const problem = findSecretProblem(secret, mode);
    if (problem) problems.push(`${file === null ? 'JWT_SECRET' : 'JWT_SECRET_FILE'} ${problem}`);
    return { secret, secretSource: file === null ? 'JWT_SECRET' : 'JWT_SECRET_FILE' };
  } catch (error) {
    problems.push(`JWT_SECRET_FILE cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`);
    return none;
  }
}

const ownOrigins = (gatewayPort: number): string[] =>
  gatewayPort === 0 ? [] : [`http://localhost:${gatewayPort}`, `http://127.0.0.1:${gatewayPort}`];

/** An object with the value under the key, or without the key. */
const given = <K extends string>(key: K, value: string | null): { [P in K]?: string } =>
  (value === null ? {} : { [key]: value }) as { [P in K]?: string };

function databaseSection(values: SettingValues): AppConfig['database'] {
  if (values.DATABASE_DRIVER === 'sqlite') return { driver: 'sqlite', file: join(values.DATA_DIR, 'chatapp.sqlite') };
  return {
    driver: 'mysql',
    ...given('authUrl', values.AUTH_MYSQL_URL ?? values.MYSQL_URL),
    ...given('chatUrl', values.CHAT_MYSQL_URL ?? values.MYSQL_URL),
  };
}

function serviceSections(values: SettingValues) {
  const redis = given('url', values.REDIS_URL);
  return {
    gateway: { port: values.GATEWAY_PORT, chatPort: values.GATEWAY_CHAT_PORT },
    auth: { port: values.AUTH_PORT },
    chat: { port: values.CHAT_PORT },
    database: databaseSection(values),
    bus: { driver: values.BUS_DRIVER, brokers: values.KAFKA_BROKERS },
    signals: { driver: values.SIGNALS_DRIVER, ...redis },
    presence: { driver: values.PRESENCE_DRIVER, ...redis },
    discovery: { driver: values.DISCOVERY_DRIVER, ...given('url', values.CONSUL_URL) },
    corsOrigins: values.CORS_ORIGINS ?? ['http://localhost:5173', ...ownOrigins(values.GATEWAY_PORT)],
    trustedProxies: values.TRUSTED_PROXIES,
  } satisfies Partial<AppConfig>;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

/**
 * The settings of `env` as one frozen tree; docs/config.md lists them. Touches nothing but `env` and the file that JWT_SECRET_FILE names.
 * Throws one {@link ConfigError} with every problem, each naming its setting.
 */
export function loadConfig(env: NodeJS.ProcessEnv, options: LoadOptions = {}): AppConfig {
  const problems: string[] = [];
  const values = readSettings(env, problems);
  const jwt = loadSecret(values, options.readSecretFile ?? readSecretFile, problems);
  problems.push(...findConflicts(values, options.services ?? ALL_SERVICES));
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze({
    mode: values.MODE,
    host: values.HOST,
    instanceId: `${values.INSTANCE_ID}-${(options.randomId ?? randomHex)()}`,
    logLevel: values.LOG_LEVEL,
    dataDir: values.DATA_DIR,
    requireServices: values.REQUIRE_SERVICES,
    jwt,
    ...serviceSections(values),
    ...limitSections(values),
  });
}
