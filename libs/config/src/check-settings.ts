import type { SettingName, SettingValues } from './settings.js';

/** The services a process runs; each needs only what it uses itself. */
export type Service = 'gateway' | 'auth' | 'chat';
export const ALL_SERVICES: readonly Service[] = ['gateway', 'auth', 'chat'];

const LOCAL_DRIVERS = {
  DATABASE_DRIVER: 'sqlite',
  BUS_DRIVER: 'in-process',
  SIGNALS_DRIVER: 'in-process',
  PRESENCE_DRIVER: 'in-process',
  DISCOVERY_DRIVER: 'static',
} as const satisfies Partial<Record<SettingName, string>>;

function localDriverProblems(values: SettingValues): string[] {
  if (values.MODE !== 'distributed') return [];
  const drivers = Object.entries(LOCAL_DRIVERS) as [keyof typeof LOCAL_DRIVERS, string][];
  return drivers
    .filter(([name, driver]) => values[name] === driver)
    .map(
      ([name, driver]) =>
        `${name} must not be ${driver} when MODE is distributed: several processes could not share it`,
    );
}

/** Services that use a driver, and where the driver's address stands. */
function addressProblems(values: SettingValues, services: readonly Service[]): string[] {
  const uses = (...users: readonly Service[]): boolean => users.some((service) => services.includes(service));
  const mysql = values.DATABASE_DRIVER === 'mysql' && values.MYSQL_URL === null;
  const needs: readonly [missing: boolean, problem: string][] = [
    [
      mysql && uses('auth') && values.AUTH_MYSQL_URL === null,
      'MYSQL_URL or AUTH_MYSQL_URL must be set: DATABASE_DRIVER is mysql',
    ],
    [
      mysql && uses('chat') && values.CHAT_MYSQL_URL === null,
      'MYSQL_URL or CHAT_MYSQL_URL must be set: DATABASE_DRIVER is mysql',
    ],
    [
      values.BUS_DRIVER === 'kafka' && uses('chat') && values.KAFKA_BROKERS.length === 0,
      'KAFKA_BROKERS must be set: BUS_DRIVER is kafka',
    ],
    [
      values.SIGNALS_DRIVER === 'redis' && uses('auth', 'chat') && values.REDIS_URL === null,
      'REDIS_URL must be set: SIGNALS_DRIVER is redis',
    ],
    [
      values.PRESENCE_DRIVER === 'redis' && uses('auth', 'chat') && values.REDIS_URL === null,
      'REDIS_URL must be set: PRESENCE_DRIVER is redis',
    ],
    [
      values.DISCOVERY_DRIVER === 'consul' && values.CONSUL_URL === null,
      'CONSUL_URL must be set: DISCOVERY_DRIVER is consul',
    ],
  ];
  return needs.filter(([missing]) => missing).map(([, problem]) => problem);
}

function portProblems(values: SettingValues): string[] {
  const ports = ['GATEWAY_PORT', 'AUTH_PORT', 'CHAT_PORT', 'GATEWAY_CHAT_PORT'] as const;
  // Distributed services stand on hosts of their own: there the gateway's second listener has the chat service's very port.
  const together = values.MODE === 'embedded' ? ports : (['GATEWAY_PORT', 'GATEWAY_CHAT_PORT'] as const);
  const owners = new Map<number, string>();
  return together.flatMap((name) => {
    const port = values[name];
    if (port === null || port === 0) return [];
    const owner = owners.get(port);
    owners.set(port, name);
    return owner ? [`${name} must differ from ${owner}`] : [];
  });
}

/** What is wrong between settings that are each right by themselves. */
export function findConflicts(values: SettingValues, services: readonly Service[]): string[] {
  const delays =
    values.LOGIN_DELAY_MAX_MS < values.LOGIN_DELAY_MIN_MS
      ? ['LOGIN_DELAY_MAX_MS must not be below LOGIN_DELAY_MIN_MS']
      : [];
  return [...localDriverProblems(values), ...addressProblems(values, services), ...portProblems(values), ...delays];
}
