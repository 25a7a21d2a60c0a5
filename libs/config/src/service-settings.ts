import {
  flag,
  hostPort,
  listOf,
  matching,
  cidr,
  oneOf,
  onOff,
  optional,
  origin,
  port,
  setting,
  text,
  url,
} from './setting.js';

const wholeProgram = {
  MODE: setting(
    'General',
    'embedded: everything in one process on SQLite, no other service needed. distributed: MySQL, Redis, Kafka and Consul; in-process drivers are refused.',
    oneOf('embedded', 'distributed'),
    { default: 'embedded' },
  ),
  INSTANCE_ID: setting(
    'General',
    'A label for this process. Leases, presence and `x-instance-id` use it with a random part that is new at each start.',
    matching(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . -'),
    { default: 'local' },
  ),
  LOG_LEVEL: setting('General', 'The lowest level that is logged.', oneOf('debug', 'info', 'warn', 'error', 'silent'), {
    default: 'info',
  }),
  DATA_DIR: setting(
    'General',
    'Folder of the embedded database and of the generated secret. Made when missing.',
    text,
    {
      default: './data',
    },
  ),
  REQUIRE_SERVICES: setting(
    'General',
    '1: tests fail, instead of running embedded only, where a real service is not given.',
    flag,
    {
      default: '0',
    },
  ),
};

const addresses = {
  HOST: setting(
    'Addresses',
    'Address that every port listens on; 0.0.0.0 for all.',
    matching(/^[^\s/]+$/, 'must be an address or a host name'),
    { default: '127.0.0.1' },
  ),
  GATEWAY_PORT: setting('Addresses', 'Port of the gateway; 0: any free one.', port, { default: '8080' }),
  AUTH_PORT: setting('Addresses', 'Port of the auth service; 0: any free one.', port, { default: '8081' }),
  CHAT_PORT: setting('Addresses', 'Port of the chat service; 0: any free one.', port, { default: '8084' }),
  GATEWAY_CHAT_PORT: setting(
    'Addresses',
    "The gateway's second listener, for clients of the original, which know the chat service's own port. Not set: off.",
    optional(port),
  ),
  CORS_ORIGINS: setting(
    'Addresses',
    "Origins that browsers may call from, separated by commas. Not set: `http://localhost:5173` and the gateway's own (`http://localhost:<GATEWAY_PORT>`, `http://127.0.0.1:<GATEWAY_PORT>`).",
    optional(listOf(origin)),
  ),
  TRUSTED_PROXIES: setting(
    'Addresses',
    'Addresses or CIDR blocks whose `X-Forwarded-For` is believed, separated by commas: the gateways and what stands before them.',
    listOf(cidr),
    { default: { embedded: '127.0.0.0/8,::1', distributed: '' } },
  ),
};

const storage = {
  DATABASE_DRIVER: setting('Storage and services', 'Where data is kept.', oneOf('sqlite', 'mysql'), {
    default: { embedded: 'sqlite', distributed: 'mysql' },
  }),
  MYSQL_URL: setting(
    'Storage and services',
    'MySQL as mysql://user:password@host:port/database. Needed by the driver mysql, unless both of the next two are set.',
    optional(url('mysql')),
  ),
  AUTH_MYSQL_URL: setting(
    'Storage and services',
    "The auth service's own account. Not set: `MYSQL_URL`.",
    optional(url('mysql')),
  ),
  CHAT_MYSQL_URL: setting(
    'Storage and services',
    "The chat service's own account. Not set: `MYSQL_URL`.",
    optional(url('mysql')),
  ),
  BUS_DRIVER: setting(
    'Storage and services',
    'What carries stored messages and receipts between instances.',
    oneOf('in-process', 'kafka'),
    {
      default: { embedded: 'in-process', distributed: 'kafka' },
    },
  ),
  KAFKA_BROKERS: setting(
    'Storage and services',
    'host:port, separated by commas. Needed by the driver kafka.',
    listOf(hostPort),
  ),
  SIGNALS_DRIVER: setting(
    'Storage and services',
    'What carries typing and other passing signals.',
    oneOf('in-process', 'redis'),
    {
      default: { embedded: 'in-process', distributed: 'redis' },
    },
  ),
  PRESENCE_DRIVER: setting('Storage and services', 'Where presence is kept.', oneOf('in-process', 'redis'), {
    default: { embedded: 'in-process', distributed: 'redis' },
  }),
  REDIS_URL: setting(
    'Storage and services',
    'redis://host:port. Needed by the driver redis.',
    optional(url('redis', 'rediss')),
  ),
  DISCOVERY_DRIVER: setting('Storage and services', 'How the gateway finds the services.', oneOf('static', 'consul'), {
    default: { embedded: 'static', distributed: 'consul' },
  }),
  CONSUL_URL: setting(
    'Storage and services',
    'http://host:port of the Consul agent. Needed by the driver consul.',
    optional(url('http', 'https')),
  ),
};

const secrets = {
  JWT_SECRET: setting(
    'Security',
    'Secret that signs and verifies tokens: at least 32 bytes, taken as they stand; the same for all services. Needed when distributed; embedded makes one in `DATA_DIR`.',
    optional(text),
  ),
  JWT_SECRET_FILE: setting(
    'Security',
    'File that holds the secret, instead of `JWT_SECRET`. One line end at its end is not part of it.',
    optional(text),
  ),
  RATE_LIMITS: setting(
    'Security',
    'off lifts every rate below and the counts of connections per user and address (for load tests); sizes and caps stay.',
    onOff,
    { default: 'on' },
  ),
};

export const SERVICE_SETTINGS = { ...wholeProgram, ...addresses, ...storage, ...secrets };
