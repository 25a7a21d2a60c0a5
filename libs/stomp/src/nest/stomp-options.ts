import type { ShutdownOptions } from '../broker/stomp-server.js';
import type { StompBrokerOptions } from '../broker/broker-options.js';
import type { TransportLimits } from '../transport/transport-options.js';

export type { StompLimits } from '../broker/broker-options.js';

/** What the application decides; everything else is the server's. All times in milliseconds. */
export interface StompServerOptions extends StompBrokerOptions {
  /** Endpoint: raw WebSocket at `path` and `path/websocket`, SockJS below it. Default `/ws`. */
  readonly path?: string;
  /** Origins allowed at the upgrade and on every SockJS request; a request without `Origin` is always allowed. */
  readonly allowedOrigins: readonly string[];
  /** Headers set on the 101 of an upgrade and on every SockJS answer (as `x-instance-id`). */
  readonly responseHeaders?: Readonly<Record<string, string>>;
  /** Bounds of the sockets below; `limits` are those of the sessions. */
  readonly transportLimits?: Partial<TransportLimits>;
  /** How sessions end when the application closes. */
  readonly shutdown?: ShutdownOptions;
  /** Ids of connections; default randomUUID. */
  readonly newId?: () => string;
}
