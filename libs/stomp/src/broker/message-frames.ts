import { encoderFor } from '../codec/stomp-encoder.js';
import type { HeaderPair } from '../codec/stomp-frame.js';
import type { Subscription } from './subscription.js';

/** What Spring takes for octet-stream, and sends as a binary WebSocket message (fact 54). */
const BINARY_TYPE = /^(\*\/\*|application\/(octet-stream|\*))(;|$)/i;

/** One message to be delivered. On the wire: `before`, destination, `after`, subscription, message-id, content-length (facts 49, 50). */
export interface BrokerMessage {
  readonly destination: string;
  readonly before: readonly HeaderPair[];
  readonly after: readonly HeaderPair[];
  readonly body: Buffer;
}

/**
 * The frames of one message: the body is one Buffer, and a whole frame is built once per distinct (version, subscription id, destination
 * of a user queue), which subscribers share. Each distinct frame has its own message-id, so that ids are unique within a session.
 */
export class MessageFrames {
  /** Ask for a binary WebSocket message; what is no UTF-8 the transport sends as binary anyway. */
  readonly binary: boolean;
  private readonly frames = new Map<string, Buffer>();
  private readonly contentLength: string;

  constructor(
    private readonly message: BrokerMessage,
    private readonly nextMessageId: () => string,
  ) {
    this.contentLength = String(message.body.length);
    const type = message.after.find(([name]) => name === 'content-type')?.[1];
    this.binary = message.body.length > 0 && type !== undefined && BINARY_TYPE.test(type);
  }

  /** The frame for this subscription; to a user queue with the destination as subscribed (protocol.md, decision 2). */
  for(subscription: Subscription): Buffer {
    const known = this.frames.get(subscription.frameKey);
    if (known !== undefined) return known;
    const { id, subscriber, kind, subscribedAs, frameKey } = subscription;
    const destination = kind === 'user' ? subscribedAs : this.message.destination;
    const frame = encoderFor(subscriber.version).encode('MESSAGE', this.headers(destination, id), this.message.body);
    this.frames.set(frameKey, frame);
    return frame;
  }

  private headers(destination: string, id: string | undefined): readonly HeaderPair[] {
    const subscription: HeaderPair[] = id === undefined ? [] : [['subscription', id]];
    return [
      ...this.message.before,
      ['destination', destination],
      ...this.message.after,
      ...subscription,
      ['message-id', this.nextMessageId()],
      ['content-length', this.contentLength],
    ];
  }
}
