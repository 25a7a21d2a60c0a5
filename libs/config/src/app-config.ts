import type { Mode, Rate } from './setting.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Token buckets and counts, per process; lifted together by `enabled: false`. */
export interface RateLimitConfig {
  readonly enabled: boolean;
  readonly messages: Rate;
  readonly typing: Rate;
  readonly subscribe: Rate;
  readonly frames: Rate;
  readonly restPerUser: Rate;
  readonly restPerAddress: Rate;
  readonly writes: Rate;
  readonly status: Rate;
  readonly register: Rate;
  readonly login: {
    readonly perAddress: Rate;
    readonly perName: Rate;
    readonly freeFailures: number;
    readonly delayMinMs: number;
    readonly delayMaxMs: number;
  };
}

export interface HttpConfig {
  readonly bodyBytes: number;
  readonly jsonDepth: number;
  readonly jsonKeys: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveMs: number;
}

export interface StompConfig {
  /** Passed on to the STOMP server as they stand. */
  readonly limits: {
    readonly frameBytes: number;
    readonly frameBytesBeforeConnect: number;
    readonly headers: number;
    readonly headerLineBytes: number;
    readonly connectTimeoutMs: number;
    readonly subscriptions: number;
    readonly sendBufferBytes: number;
    readonly sendTimeMs: number;
    readonly transactionFrames: number;
    readonly transactionBytes: number;
    readonly refusalsPer10s: number;
  };
  readonly heartbeatMs: number;
  readonly connectionsPerUser: number;
  readonly connectionsPerAddress: number;
  readonly connections: number;
  readonly handshakesPerSecond: number;
}

/** Everything that can be set, checked and frozen; docs/config.md says what each value means. */
export interface AppConfig {
  readonly mode: Mode;
  readonly host: string;
  /** `<INSTANCE_ID>-<8 random hex digits>`, new at each start. */
  readonly instanceId: string;
  readonly logLevel: LogLevel;
  readonly dataDir: string;
  readonly requireServices: boolean;
  readonly gateway: { readonly port: number; readonly chatPort: number | null };
  readonly auth: { readonly port: number };
  readonly chat: { readonly port: number };
  /** `file` with sqlite; with mysql the URLs, of which a process that does not run the service may lack one. */
  readonly database: {
    readonly driver: 'sqlite' | 'mysql';
    readonly file?: string;
    readonly authUrl?: string;
    readonly chatUrl?: string;
  };
  readonly bus: { readonly driver: 'in-process' | 'kafka'; readonly brokers: readonly string[] };
  readonly signals: { readonly driver: 'in-process' | 'redis'; readonly url?: string };
  readonly presence: { readonly driver: 'in-process' | 'redis'; readonly url?: string };
  readonly discovery: { readonly driver: 'static' | 'consul'; readonly url?: string };
  /** `secret` is empty only in embedded mode when none was given: see `withSecret`. */
  readonly jwt: { readonly secret: Buffer; readonly secretSource: string };
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly groupMaxMembers: number;
  readonly passwords: { readonly cost: number; readonly inFlight: number; readonly waiting: number };
  readonly http: HttpConfig;
  readonly stomp: StompConfig;
  readonly rateLimits: RateLimitConfig;
  readonly shutdown: { readonly drainMs: number; readonly spreadMs: number; readonly hardExitMs: number };
}
