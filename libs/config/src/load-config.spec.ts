import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';

const SECRET = 'correct horse battery staple, 32+';
const DISTRIBUTED = {
  MODE: 'distributed',
  JWT_SECRET: SECRET,
  MYSQL_URL: 'mysql://chat:pw@db:3306/chatapp',
  REDIS_URL: 'redis://cache:6379',
  KAFKA_BROKERS: 'k1:9092,k2:9092',
  CONSUL_URL: 'http://consul:8500',
};

function problemsOf(env: Record<string, string>, options = {}): readonly string[] {
  try {
    loadConfig(env, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('with nothing set', () => {
  const config = loadConfig({});

  it('is embedded, on loopback, on the known ports', () => {
    expect(config).toMatchObject({
      mode: 'embedded',
      host: '127.0.0.1',
      gateway: { port: 8080, chatPort: null },
      auth: { port: 8081 },
      chat: { port: 8084 },
      database: { driver: 'sqlite', file: 'data/chatapp.sqlite' },
      bus: { driver: 'in-process', brokers: [] },
      signals: { driver: 'in-process' },
      presence: { driver: 'in-process' },
      discovery: { driver: 'static' },
      groupMaxMembers: 1000,
    });
  });

  it('has the limits and rates of reliability.md, section 8', () => {
    expect(config.http).toMatchObject({ bodyBytes: 65_536, jsonDepth: 20, jsonKeys: 1000, headersTimeoutMs: 10_000 });
    expect(config.stomp.limits).toMatchObject({
      frameBytes: 65_536,
      frameBytesBeforeConnect: 8192,
      subscriptions: 256,
    });
    expect(config.rateLimits).toMatchObject({
      enabled: true,
      messages: { perSecond: 50, burst: 300 },
      typing: { perSecond: 2, burst: 10 },
      subscribe: { perSecond: 20, burst: 300 },
      frames: { perSecond: 200, burst: 1000 },
      restPerUser: { perSecond: 100, burst: 500 },
      restPerAddress: { perSecond: 1000 },
      writes: { perSecond: 20, burst: 200 },
      register: { perSecond: 1 / 6, burst: 200 },
      login: { freeFailures: 5, delayMinMs: 1000, delayMaxMs: 900_000, perAddress: { perSecond: 1 } },
    });
  });

  it('lets the development client and the gateway call', () => {
    expect(config.corsOrigins).toEqual(['http://localhost:5173', 'http://localhost:8080', 'http://127.0.0.1:8080']);
    expect(loadConfig({ GATEWAY_PORT: '0' }).corsOrigins).toEqual(['http://localhost:5173']);
  });

  it('has no secret yet, and says where it will lie', () => {
    expect(config.jwt).toEqual({ secret: Buffer.alloc(0), secretSource: 'DATA_DIR' });
  });

  it('is frozen at every level', () => {
    expect(() => Object.assign(config.gateway, { port: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.rateLimits.login.perAddress, { burst: 1 })).toThrow(TypeError);
    expect(() => (config.corsOrigins as string[]).push('x')).toThrow(TypeError);
  });
});

it('an instance id is new at each start, under its label', () => {
  const ids = [loadConfig({ INSTANCE_ID: 'chat-1' }).instanceId, loadConfig({ INSTANCE_ID: 'chat-1' }).instanceId];
  expect(ids[0]).toMatch(/^chat-1-[0-9a-f]{8}$/);
  expect(ids[0]).not.toBe(ids[1]);
});

it('an empty variable counts as not set, and space around a value is not part of it', () => {
  expect(loadConfig({ GATEWAY_PORT: '', MYSQL_URL: ' ', AUTH_PORT: ' 9000 ' })).toMatchObject({
    gateway: { port: 8080 },
    auth: { port: 9000 },
  });
});

it('the bytes of JWT_SECRET count as they stand', () => {
  const secret = ` ${SECRET} ä\n`;
  expect(loadConfig({ JWT_SECRET: secret }).jwt).toEqual({ secret: Buffer.from(secret), secretSource: 'JWT_SECRET' });
});

describe('distributed', () => {
  it('uses the services that are named', () => {
    expect(loadConfig(DISTRIBUTED)).toMatchObject({
      database: { driver: 'mysql', authUrl: DISTRIBUTED.MYSQL_URL, chatUrl: DISTRIBUTED.MYSQL_URL },
      bus: { driver: 'kafka', brokers: ['k1:9092', 'k2:9092'] },
      signals: { driver: 'redis', url: DISTRIBUTED.REDIS_URL },
      presence: { driver: 'redis', url: DISTRIBUTED.REDIS_URL },
      discovery: { driver: 'consul', url: DISTRIBUTED.CONSUL_URL },
      trustedProxies: [],
    });
  });

  it('lets each account of the database have its own URL', () => {
    const { MYSQL_URL: _shared, ...rest } = DISTRIBUTED;
    const own = { AUTH_MYSQL_URL: 'mysql://a@db/chatapp', CHAT_MYSQL_URL: 'mysql://c@db/chatapp' };
    expect(loadConfig({ ...rest, ...own }).database).toMatchObject({
      authUrl: own.AUTH_MYSQL_URL,
      chatUrl: own.CHAT_MYSQL_URL,
    });
    expect(problemsOf({ ...rest, AUTH_MYSQL_URL: own.AUTH_MYSQL_URL })).toEqual([
      'MYSQL_URL or CHAT_MYSQL_URL must be set: DATABASE_DRIVER is mysql',
    ]);
  });

  it('names every address that is missing, at once', () => {
    const problems = problemsOf({ MODE: 'distributed' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'JWT_SECRET',
      'MYSQL_URL',
      'MYSQL_URL',
      'KAFKA_BROKERS',
      'REDIS_URL',
      'REDIS_URL',
      'CONSUL_URL',
    ]);
  });

  it('asks a process only for what it runs', () => {
    const { CONSUL_URL, JWT_SECRET, MODE, REDIS_URL } = DISTRIBUTED;
    expect(problemsOf({ MODE, JWT_SECRET, CONSUL_URL }, { services: ['gateway'] })).toEqual([]);
    const auth = { MODE, JWT_SECRET, CONSUL_URL, REDIS_URL, AUTH_MYSQL_URL: DISTRIBUTED.MYSQL_URL };
    expect(problemsOf(auth, { services: ['auth'] })).toEqual([]);
    expect(problemsOf(auth, { services: ['chat'] })).toHaveLength(2);
  });

  it.each([
    ['DATABASE_DRIVER', 'sqlite'],
    ['BUS_DRIVER', 'in-process'],
    ['SIGNALS_DRIVER', 'in-process'],
    ['PRESENCE_DRIVER', 'in-process'],
    ['DISCOVERY_DRIVER', 'static'],
  ])('refuses %s=%s', (name, driver) => {
    expect(problemsOf({ ...DISTRIBUTED, [name]: driver })).toEqual([
      `${name} must not be ${driver} when MODE is distributed: several processes could not share it`,
    ]);
  });

  it.each([
    ['is missing', '', 'must be set'],
    ['is short', 'x'.repeat(31), 'at least 32 bytes'],
    ['is repeated', 'ab'.repeat(20), 'well-known or repeated'],
    ['stands in tutorials', '404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970', 'well-known'],
  ])('refuses a secret that %s', (_case, secret, text) => {
    expect(problemsOf({ ...DISTRIBUTED, JWT_SECRET: secret })).toEqual([expect.stringContaining(text)]);
  });

  it('lets the gateway take the chat port of the original', () => {
    expect(loadConfig({ ...DISTRIBUTED, GATEWAY_CHAT_PORT: '8084' }).gateway.chatPort).toBe(8084);
  });
});

describe('embedded', () => {
  it('lets single drivers be real ones', () => {
    expect(loadConfig({ PRESENCE_DRIVER: 'redis', REDIS_URL: 'redis://c:1' }).presence).toEqual({
      driver: 'redis',
      url: 'redis://c:1',
    });
    expect(problemsOf({ PRESENCE_DRIVER: 'redis' })).toEqual(['REDIS_URL must be set: PRESENCE_DRIVER is redis']);
  });

  it('trusts proxies on loopback only', () => {
    expect(loadConfig({}).trustedProxies).toEqual(['127.0.0.0/8', '::1']);
  });

  it('refuses a short secret', () => {
    expect(problemsOf({ JWT_SECRET: 'short' })).toEqual(['JWT_SECRET must have at least 32 bytes']);
  });

  it('refuses one port for two listeners, but not 0', () => {
    expect(problemsOf({ AUTH_PORT: '8080', GATEWAY_CHAT_PORT: '8084' })).toEqual([
      'AUTH_PORT must differ from GATEWAY_PORT',
      'GATEWAY_CHAT_PORT must differ from CHAT_PORT',
    ]);
    expect(problemsOf({ GATEWAY_PORT: '0', AUTH_PORT: '0', CHAT_PORT: '0' })).toEqual([]);
  });
});

describe('a secret file', () => {
  const readSecretFile = (file: string): Buffer => {
    if (file !== '/run/secrets/jwt') throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return Buffer.from(SECRET);
  };

  it('is read', () => {
    const config = loadConfig({ JWT_SECRET_FILE: '/run/secrets/jwt' }, { readSecretFile });
    expect(config.jwt).toEqual({ secret: Buffer.from(SECRET), secretSource: 'JWT_SECRET_FILE' });
  });

  it('must be readable, and the only source', () => {
    expect(problemsOf({ JWT_SECRET_FILE: '/nowhere' }, { readSecretFile })).toEqual([
      'JWT_SECRET_FILE cannot be read: ENOENT',
    ]);
    expect(problemsOf({ JWT_SECRET_FILE: '/run/secrets/jwt', JWT_SECRET: SECRET }, { readSecretFile })).toEqual([
      'JWT_SECRET and JWT_SECRET_FILE must not both be set',
    ]);
  });
});

it('every wrong setting is named in one error, and no value is shown', () => {
  const env = {
    MODE: 'cluster',
    GATEWAY_PORT: 'eighty',
    CORS_ORIGINS: '*',
    RATE_MESSAGES: 'many',
    MYSQL_URL: 'hunter2',
    LOGIN_DELAY_MAX_MS: '1',
    JWT_SECRET: 'hunter2',
  };
  const problems = problemsOf(env);
  const named = problems.map((problem) => problem.split(' ')[0]);
  expect(named).toHaveLength(Object.keys(env).length);
  expect(named).toEqual(expect.arrayContaining(Object.keys(env)));
  const message = new ConfigError(problems).message;
  expect(message).toMatch(/^Wrong settings:\n {2}MODE must be one of embedded, distributed\n/);
  expect(message).not.toContain('hunter2');
});
