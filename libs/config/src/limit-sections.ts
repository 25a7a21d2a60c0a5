import type { AppConfig, RateLimitConfig, StompConfig } from './app-config.js';
import type { SettingValues } from './settings.js';

const stompSection = (values: SettingValues): StompConfig => ({
  limits: {
    frameBytes: values.STOMP_FRAME_BYTES,
    frameBytesBeforeConnect: values.STOMP_FRAME_BYTES_BEFORE_CONNECT,
    headers: values.STOMP_HEADERS,
    headerLineBytes: values.STOMP_HEADER_LINE_BYTES,
    connectTimeoutMs: values.STOMP_CONNECT_TIMEOUT_MS,
    subscriptions: values.STOMP_SUBSCRIPTIONS,
    sendBufferBytes: values.STOMP_SEND_BUFFER_BYTES,
    sendTimeMs: values.STOMP_SEND_TIME_MS,
    transactionFrames: values.STOMP_TRANSACTION_FRAMES,
    transactionBytes: values.STOMP_TRANSACTION_BYTES,
    refusalsPer10s: values.STOMP_REFUSALS_PER_10S,
  },
  heartbeatMs: values.STOMP_HEARTBEAT_MS,
  connectionsPerUser: values.MAX_CONNECTIONS_PER_USER,
  connectionsPerAddress: values.MAX_CONNECTIONS_PER_ADDRESS,
  connections: values.MAX_CONNECTIONS,
  handshakesPerSecond: values.MAX_HANDSHAKES_PER_SECOND,
});

const rateSection = (values: SettingValues): RateLimitConfig => ({
  enabled: values.RATE_LIMITS,
  messages: values.RATE_MESSAGES,
  typing: values.RATE_TYPING,
  subscribe: values.RATE_SUBSCRIBE,
  frames: values.RATE_FRAMES,
  restPerUser: values.RATE_REST_USER,
  restPerAddress: values.RATE_REST_ADDRESS,
  writes: values.RATE_WRITES,
  status: values.RATE_STATUS,
  register: values.RATE_REGISTER,
  login: {
    perAddress: values.RATE_LOGIN_ADDRESS,
    perName: values.RATE_LOGIN_NAME,
    freeFailures: values.LOGIN_FREE_FAILURES,
    delayMinMs: values.LOGIN_DELAY_MIN_MS,
    delayMaxMs: values.LOGIN_DELAY_MAX_MS,
  },
});

/** The sizes, caps, rates and times of the config tree. */
export function limitSections(values: SettingValues) {
  return {
    groupMaxMembers: values.GROUP_MAX_MEMBERS,
    passwords: { cost: values.BCRYPT_COST, inFlight: values.BCRYPT_IN_FLIGHT, waiting: values.BCRYPT_WAITING },
    http: {
      bodyBytes: values.HTTP_BODY_BYTES,
      jsonDepth: values.HTTP_JSON_DEPTH,
      jsonKeys: values.HTTP_JSON_KEYS,
      headersTimeoutMs: values.HTTP_HEADERS_TIMEOUT_MS,
      requestTimeoutMs: values.HTTP_REQUEST_TIMEOUT_MS,
      keepAliveMs: values.HTTP_KEEP_ALIVE_MS,
    },
    stomp: stompSection(values),
    rateLimits: rateSection(values),
    shutdown: {
      drainMs: values.SHUTDOWN_DRAIN_MS,
      spreadMs: values.SHUTDOWN_SPREAD_MS,
      hardExitMs: values.SHUTDOWN_HARD_EXIT_MS,
    },
  } satisfies Partial<AppConfig>;
}
