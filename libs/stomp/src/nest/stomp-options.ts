import type { StompSession, StompPrincipal, StompHeaders } from '../broker/stomp-session.js';
import type { ConnectionOrigin } from '../transport/stomp-connection.js';

export interface StompLimits {
  /** Bytes of one frame after CONNECTED; 65,536. */
  readonly frameBytes: number;
  /** Bytes of one frame before CONNECTED; 8,192. */
  readonly frameBytesBeforeConnect: number;
  /** Headers of one frame; 32. */
  readonly headers: number;
  /** Bytes of one header line; 4,096. */
  readonly headerLineBytes: number;
  /** Milliseconds from open to CONNECT; 10,000. */
  readonly connectTimeoutMs: number;
  /** Subscriptions per session; 256. */
  readonly subscriptions: number;
  /** Bytes waiting in a session's send buffer before it is closed with 1013; 1,048,576. */
  readonly sendBufferBytes: number;
  /** Milliseconds a session may be blocked with a non-empty buffer before it is closed with 1013; 10,000. */
  readonly sendTimeMs: number;
  /** Frames and bytes one transaction may hold; 100 and 262,144. */
  readonly transactionFrames: number;
  readonly transactionBytes: number;
  /** Refusals within 10 s after which the session is closed with 1008; 5. */
  readonly refusalsPer10s: number;
}

/** What the application decides; everything else is the server's. All times in milliseconds. */
export interface StompServerOptions {
  /** Endpoint: raw WebSocket at `path` and `path/websocket`, SockJS below it. Default `/ws`. */
  readonly path?: string;
  /** Default `/app`. */
  readonly applicationPrefix?: string;
  /** Default `/user`. */
  readonly userPrefix?: string;
  /** Origins allowed at the upgrade and on every SockJS request; a request without `Origin` is always allowed. */
  readonly allowedOrigins: readonly string[];
  /** Server's own heart-beat [send, receive]; default [10000, 10000]. */
  readonly heartbeat?: readonly [number, number];
  readonly limits?: Partial<StompLimits>;
  /** Headers set on the 101 of an upgrade and on every SockJS answer (as `x-instance-id`). */
  readonly responseHeaders?: Readonly<Record<string, string>>;
  /**
   * Who connects. Gets CONNECT's headers and the upgrade's facts; throws {@link StompFatal} to answer ERROR and close.
   */
  authenticate(headers: StompHeaders, origin: ConnectionOrigin): Promise<StompPrincipal>;
  /** May this session subscribe to this destination (already normalised: `/user/queue/x` or `/topic/…`)? Throws {@link StompRefusal} if not. */
  authorizeSubscription(session: StompSession, destination: string): Promise<void>;
  /** Name and code of the destination for refusals; default `/user/queue/errors`. */
  readonly errorQueue?: string;
  /** Conformance profile only (protocol.md, decision 3): clients may SEND to broker destinations and use patterns. Default false. */
  readonly openBroker?: boolean;
  /** Injected time and ids, for tests. */
  readonly now?: () => number;
  readonly newId?: () => string;
}
