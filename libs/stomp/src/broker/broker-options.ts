import type { ConnectionOrigin } from '../transport/stomp-connection.js';
import type { StompFatal, StompRefusal } from './refusal.js';
import type { StompHeaders, StompPrincipal, StompSession } from './stomp-session.js';

export interface StompLimits {
  /** Bytes of one frame after CONNECTED; 65,536. */
  readonly frameBytes: number;
  /** Bytes of one frame before CONNECTED; 8,192. */
  readonly frameBytesBeforeConnect: number;
  /** Headers of one frame; 32. */
  readonly headers: number;
  /** Bytes of one header line; 4,096. */
  readonly headerLineBytes: number;
  /** Milliseconds from open to CONNECTED; 10,000. */
  readonly connectTimeoutMs: number;
  /** Milliseconds of silence that are tolerated when the client has promised heart-beats, if three of its intervals are less; 75,000. */
  readonly silenceMs: number;
  /** Milliseconds from the start of a close until the connection is dropped; 5,000. */
  readonly closeTimeoutMs: number;
  /** Milliseconds from DISCONNECT's RECEIPT, after which the client is to close, until the server does; 500. */
  readonly disconnectLingerMs: number;
  /** Subscriptions per session; 256. */
  readonly subscriptions: number;
  /** Bytes waiting in a session's send buffer before it is closed with 1013; 1,048,576. */
  readonly sendBufferBytes: number;
  /** Milliseconds a session may be blocked with a non-empty buffer before it is closed with 1013; 10,000. */
  readonly sendTimeMs: number;
  /** Frames and bytes that the open transactions of a session may hold together; 100 and 262,144. */
  readonly transactionFrames: number;
  readonly transactionBytes: number;
  /** Refusals within 10 s after which the session is closed with 1008; 5. */
  readonly refusalsPer10s: number;
}

export const DEFAULT_STOMP_LIMITS: StompLimits = {
  frameBytes: 65_536,
  frameBytesBeforeConnect: 8_192,
  headers: 32,
  headerLineBytes: 4_096,
  connectTimeoutMs: 10_000,
  silenceMs: 75_000,
  closeTimeoutMs: 5_000,
  disconnectLingerMs: 500,
  subscriptions: 256,
  sendBufferBytes: 1_048_576,
  sendTimeMs: 10_000,
  transactionFrames: 100,
  transactionBytes: 262_144,
  refusalsPer10s: 5,
};

/** What the application decides about sessions and frames, whatever carries them. All times in milliseconds. */
export interface StompBrokerOptions {
  /** Default `/app`. */
  readonly applicationPrefix?: string;
  /** Default `/user`. */
  readonly userPrefix?: string;
  /** Server's own heart-beat [send, receive]; default [10000, 10000]. */
  readonly heartbeat?: readonly [number, number];
  readonly limits?: Partial<StompLimits>;
  /**
   * Who connects. Gets CONNECT's headers and the upgrade's facts; throws {@link StompFatal} to answer ERROR and close. A principal with an
   * empty name is anonymous: no `user-name`, not in the user registry.
   */
  authenticate(headers: StompHeaders, origin: ConnectionOrigin): Promise<StompPrincipal>;
  /**
   * May this session subscribe to this destination (already normalised: `/user/queue/x` or `/topic/…`)? Throws {@link StompRefusal} if not.
   */
  authorizeSubscription(session: StompSession, destination: string): Promise<void>;
  /**
   * Called for each frame after CONNECTED before it is looked at, in order (rates): throws {@link StompRefusal} or {@link StompFatal}.
   */
  admitFrame?(session: StompSession, command: string, destination: string | undefined): void;
  /**
   * What a client sees of an error thrown by the functions above or by a handler, when it is neither StompRefusal nor StompFatal; undefined
   * leaves it to the default: refusal `INTERNAL`, reported to `onError`. On CONNECT a refusal ends the connection, too.
   */
  mapError?(error: unknown): StompRefusal | StompFatal | undefined;
  /** Errors nobody else handles: of handlers without mapping, of listeners. */
  onError?(error: unknown): void;
  /** Where refusals go, below the user prefix; default `/queue/errors`. */
  readonly errorQueue?: string;
  /** Conformance profile only (protocol.md, decision 3): clients may SEND to broker destinations and use patterns. Default false. */
  readonly openBroker?: boolean;
  /** Epoch milliseconds, for `connectedAt`; default Date.now. */
  readonly now?: () => number;
  /** Milliseconds that never jump, for every interval and timeout; default performance.now. */
  readonly monotonic?: () => number;
}
