import { randomUUID } from 'node:crypto';
import { MessageFrames, type BrokerMessage } from './message-frames.js';
import type { SimpUserRegistry } from './simp-user-registry.js';
import type { StompSession } from './stomp-session.js';
import type { SubscriptionRegistry } from './subscription-registry.js';
import type { Subscriber, Subscription } from './subscription.js';

/** Who of those subscribed gets a message; everybody when left out. */
export type Recipients = (session: StompSession) => boolean;

/**
 * Delivers messages to the subscriptions of this process, at once and in call order. Nothing is stored and nobody is waited for: what a slow
 * session cannot take ends that session, and no other is delayed. Every method answers the number of frames it wrote.
 */
export class SimpleBroker {
  private readonly prefix: string;
  private messages = 0;
  private readonly nextMessageId = (): string => `${this.prefix}-${this.messages++}`;

  constructor(
    private readonly subscriptions: SubscriptionRegistry,
    private readonly users: SimpUserRegistry,
    newId: () => string = randomUUID,
  ) {
    this.prefix = newId().slice(0, 8);
  }

  /** To every subscription to the message's destination. */
  broadcast(message: BrokerMessage, recipients?: Recipients): number {
    let frames: MessageFrames | undefined;
    let delivered = 0;
    this.subscriptions.forEach(message.destination, (subscription) => {
      const { subscriber } = subscription;
      if (recipients !== undefined && !recipients(subscriber)) return;
      frames ??= new MessageFrames(message, this.nextMessageId);
      subscriber.deliver(frames.for(subscription), frames.binary);
      delivered++;
    });
    return delivered;
  }

  /** To a queue (the message's destination, `/queue/x`) of all sessions of these users. */
  toUsers(names: Iterable<string>, message: BrokerMessage, recipients?: Recipients): number {
    const frames = new MessageFrames(message, this.nextMessageId);
    let delivered = 0;
    for (const name of names) {
      for (const session of this.users.sessionsOf(name)) {
        if (recipients === undefined || recipients(session)) delivered += toQueue(session, message.destination, frames);
      }
    }
    return delivered;
  }

  /** To a queue of one session. */
  toSession(session: Subscriber, message: BrokerMessage): number {
    return toQueue(session, message.destination, new MessageFrames(message, this.nextMessageId));
  }
}

/** Each message once per session: on the plain subscriptions to the queue, or else on those under the user's own name. */
function toQueue(session: Subscriber, queue: string, frames: MessageFrames): number {
  const found: Subscription[] = [];
  for (const subscription of session.subscriptions()) {
    if (subscription.kind === 'user' && subscription.key === queue) found.push(subscription);
  }
  const plain = found.filter(({ alias }) => !alias);
  const chosen = plain.length > 0 ? plain : found;
  for (const subscription of chosen) session.deliver(frames.for(subscription), frames.binary);
  return chosen.length;
}
