import type { StompVersion } from '../codec/stomp-version.js';
import type { StompSession } from './stomp-session.js';

/** A session as the broker sees it: something that frames can be written to. */
export interface Subscriber extends StompSession {
  readonly version: StompVersion;
  /** The session's live subscriptions in the order they were made. */
  subscriptions(): readonly Subscription[];
  /** Queues a whole frame. `binary` asks for a binary WebSocket message. Never throws; does nothing after the session's end. */
  deliver(frame: Buffer, binary: boolean): void;
}

/** `topic`: exact broker destination. `user`: a queue of the session's own user. `pattern`: Ant pattern (conformance profile only). */
export type SubscriptionKind = 'topic' | 'user' | 'pattern';

export interface SubscriptionTarget {
  readonly kind: SubscriptionKind;
  /** What is matched: the broker destination, the pattern, or the user queue without the user prefix (`/queue/x`). */
  readonly key: string;
  /** Normalised, as the authorizer sees it: `/topic/x`, `/user/queue/x`. */
  readonly destination: string;
  /** The user queue under the user's own name (`/user/{own}/queue/x`): only used when the plain form is not subscribed to. */
  readonly alias: boolean;
}

/** One live subscription of one session. */
export class Subscription implements SubscriptionTarget {
  readonly kind: SubscriptionKind;
  readonly key: string;
  readonly destination: string;
  readonly alias: boolean;
  /** Equal for subscriptions that one message reaches by the same bytes. */
  readonly frameKey: string;

  constructor(
    readonly subscriber: Subscriber,
    /** Undefined in 1.0 when the client gave none: MESSAGE then has no `subscription` header. */
    readonly id: string | undefined,
    target: SubscriptionTarget,
    /** As the client wrote it; stands in MESSAGE. */
    readonly subscribedAs: string,
  ) {
    this.kind = target.kind;
    this.key = target.key;
    this.destination = target.destination;
    this.alias = target.alias;
    const key = `${subscriber.version}${id ?? '\0'}`;
    this.frameKey = target.kind === 'user' ? `${key}\n${subscribedAs}` : key;
  }

  /** What the client ends it with. */
  get handle(): string {
    return subscriptionHandle(this.id, this.subscribedAs);
  }
}

/** The id, or in 1.0 without one the destination (protocol.md, decision 13). NUL cannot stand in an id. */
export const subscriptionHandle = (id: string | undefined, destination: string): string => id ?? `\0${destination}`;
