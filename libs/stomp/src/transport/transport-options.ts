import { randomInt, randomUUID } from 'node:crypto';
import { validateHeaderName, validateHeaderValue } from 'node:http';

/** Bounds of the transports. Sizes in bytes, times in milliseconds. */
export interface TransportLimits {
  /** One WebSocket message, or the body of one `xhr_send`; 131,072. Beyond: close 1009, or 413. */
  readonly maxMessageBytes: number;
  /** Fragments of one WebSocket message; 64. Beyond: close 1008. */
  readonly fragments: number;
  /** TCP chunks one incomplete WebSocket frame may arrive in; 4,096 (memory of a client that dribbles). Beyond: close 1008. */
  readonly chunks: number;
  /** Live connections of all transports together; 20,000. Beyond: 503. */
  readonly connections: number;
  /** New connections within one second; 1,000. Beyond: 503. `Infinity` lifts it. */
  readonly connectionsPerSecond: number;
  /** WebSocket ping; 10,000. */
  readonly pingIntervalMs: number;
  /** A WebSocket that sent neither a pong nor data for so long is dropped; 25,000. */
  readonly pongTimeoutMs: number;
  /** How long a closing handshake, or a SockJS client that must still fetch its close frame, is waited for; 5,000. */
  readonly closeTimeoutMs: number;
  /** SockJS `h` so long after the last write; 25,000. */
  readonly heartbeatMs: number;
  /** A SockJS session without a receiving request for so long is over; 5,000. */
  readonly disconnectDelayMs: number;
  /** Bytes after which a SockJS response ends and the client asks for the next; 131,072. */
  readonly responseBytes: number;
  /** Age at which a streaming response ends, so that a dead client is noticed for want of its next request; 120,000. */
  readonly responseAgeMs: number;
  /** `xhr_send` requests of one session that may be under way at once; 8. Beyond: 503. */
  readonly sendsInFlight: number;
  /** Characters of a SockJS session id; 128. Beyond: 404. */
  readonly sessionIdLength: number;
  /** How often the one timer looks at all connections; 1,000. The times above are kept to within this. */
  readonly sweepMs: number;
}

/** What {@link createTransports} needs to know. */
export interface TransportOptions {
  /** Endpoint: raw WebSocket at `path` and `path/websocket`, SockJS below it. Default `/ws`. */
  readonly path?: string;
  /** Origins (`scheme://host[:port]`) allowed beside the request's own; a request without `Origin` is always allowed. */
  readonly allowedOrigins: readonly string[];
  /** Headers of the 101 of an upgrade and of every answer below `path`. */
  readonly responseHeaders?: Readonly<Record<string, string>>;
  readonly limits?: Partial<TransportLimits>;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
  /** Ids of connections, and of requests that bring none; default random UUIDs. */
  readonly newId?: () => string;
  /** `entropy` of `/info`, an integer from 0 to 2^32-1; default random. */
  readonly entropy?: () => number;
}

/** {@link TransportOptions} with every default filled in. */
export interface TransportSettings {
  readonly path: string;
  readonly allowedOrigins: readonly string[];
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly limits: TransportLimits;
  readonly now: () => number;
  readonly newId: () => string;
  readonly entropy: () => number;
}

export const DEFAULT_LIMITS: TransportLimits = {
  maxMessageBytes: 128 * 1024,
  fragments: 64,
  chunks: 4_096,
  connections: 20_000,
  connectionsPerSecond: 1_000,
  pingIntervalMs: 10_000,
  pongTimeoutMs: 25_000,
  closeTimeoutMs: 5_000,
  heartbeatMs: 25_000,
  disconnectDelayMs: 5_000,
  responseBytes: 128 * 1024,
  responseAgeMs: 120_000,
  sendsInFlight: 8,
  sessionIdLength: 128,
  sweepMs: 1_000,
};

/** Fills in the defaults. Throws a TypeError for a path that is not `/name[/name…]` and for headers HTTP cannot carry. */
export function resolveSettings(options: TransportOptions): TransportSettings {
  const path = options.path ?? '/ws';
  if (!/^(\/[\w-]+)+$/.test(path)) throw new TypeError(`not a path of plain segments: ${path}`);
  const responseHeaders = { ...options.responseHeaders };
  for (const [name, value] of Object.entries(responseHeaders)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return {
    path,
    allowedOrigins: options.allowedOrigins,
    responseHeaders,
    limits: { ...DEFAULT_LIMITS, ...definedOnly(options.limits) },
    now: options.now ?? Date.now,
    newId: options.newId ?? randomUUID,
    entropy: options.entropy ?? (() => randomInt(2 ** 32)),
  };
}

function definedOnly(limits: Partial<TransportLimits> = {}): Partial<TransportLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
