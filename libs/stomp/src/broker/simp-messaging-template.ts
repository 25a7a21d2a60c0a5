import type { HeaderPair } from '../codec/stomp-frame.js';
import type { BrokerMessage } from './message-frames.js';
import type { Recipients, SimpleBroker } from './simple-broker.js';
import type { StompSession } from './stomp-session.js';
import type { Subscriber } from './subscription.js';

/** Extra headers of a message, in order; `content-type` replaces the one that follows from the payload. */
export type MessageHeaders = Readonly<Record<string, string | number>>;

/**
 * What the application sends with. Payload: a string is `text/plain;charset=UTF-8`, bytes are `application/octet-stream`, anything else is
 * `application/json`, encoded once however many receive it. Delivery is at most once to the sessions of this process, in call order; the
 * answer is the number of frames written. Never throws, except for payloads that JSON cannot say.
 */
export class SimpMessagingTemplate {
  constructor(private readonly broker: SimpleBroker) {}

  /** To all who subscribed to a broker destination (`/topic/x`), or to those of them that `recipients` picks. */
  convertAndSend(destination: string, payload: unknown, headers?: MessageHeaders, recipients?: Recipients): number {
    return this.broker.broadcast(toMessage(destination, payload, headers), recipients);
  }

  /** To a queue (`/queue/x`, without the user prefix) of all sessions of one user. Unknown and offline names: 0. */
  convertAndSendToUser(
    name: string,
    queue: string,
    payload: unknown,
    headers?: MessageHeaders,
    recipients?: Recipients,
  ): number {
    return this.broker.toUsers([name], toMessage(queue, payload, headers), recipients);
  }

  /** As convertAndSendToUser for many users, the payload encoded once. */
  convertAndSendToUsers(
    names: Iterable<string>,
    queue: string,
    payload: unknown,
    headers?: MessageHeaders,
    recipients?: Recipients,
  ): number {
    return this.broker.toUsers(names, toMessage(queue, payload, headers), recipients);
  }

  /** To a queue of one session only. */
  convertAndSendToSession(session: StompSession, queue: string, payload: unknown, headers?: MessageHeaders): number {
    return this.broker.toSession(session as Subscriber, toMessage(queue, payload, headers));
  }
}

/** A message of the server's own: extra headers first, then destination and content-type (fact 50). */
export function toMessage(destination: string, payload: unknown, headers: MessageHeaders = {}): BrokerMessage {
  const { body, type } = convert(payload);
  const before: HeaderPair[] = [];
  let contentType = type;
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'content-type') contentType = String(value);
    else before.push([name, String(value)]);
  }
  return { destination, before, after: [['content-type', contentType]], body };
}

function convert(payload: unknown): { readonly body: Buffer; readonly type: string } {
  if (typeof payload === 'string') return { body: Buffer.from(payload), type: 'text/plain;charset=UTF-8' };
  if (payload instanceof Uint8Array) return { body: Buffer.from(payload), type: 'application/octet-stream' };
  return { body: Buffer.from(JSON.stringify(payload ?? null)), type: 'application/json' };
}
