import type { StompFrame } from '../codec/stomp-frame.js';
import { StompProtocolError } from '../codec/stomp-protocol-error.js';
import type { StompBrokerOptions } from './broker-options.js';
import type { Destinations } from './destinations.js';
import { REFUSALS, StompRefusal } from './refusal.js';
import type { ServerSession } from './server-session.js';
import type { StompSessionEvents } from './stomp-session-events.js';
import { Subscription, subscriptionHandle } from './subscription.js';

/** SUBSCRIBE and UNSUBSCRIBE (protocol.md, decisions 2, 4, 13). */
export class SubscribeHandler {
  constructor(
    private readonly options: Pick<StompBrokerOptions, 'authorizeSubscription'>,
    private readonly destinations: Destinations,
    private readonly events: StompSessionEvents,
    private readonly limit: number,
  ) {}

  async subscribe(session: ServerSession, { headers }: StompFrame): Promise<void> {
    const id = headers.get('id');
    if (id === undefined && session.version !== '1.0') throw new StompProtocolError('SUBSCRIBE must have an id');
    const subscribedAs = headers.get('destination');
    if (subscribedAs === undefined) throw new StompRefusal(REFUSALS.BAD_REQUEST, 'SUBSCRIBE must have a destination');
    session.subscribed.checkRoom(subscriptionHandle(id, subscribedAs), this.limit);
    const target = this.destinations.forSubscription(subscribedAs, session.principal.name);
    await session.subscribed.authorize(target.destination, () =>
      this.options.authorizeSubscription(session, target.destination),
    );
    if (session.state !== 'connected') return;
    const { destination, key } = target;
    session.subscribed.add(
      new Subscription(
        session,
        id === undefined ? undefined : flat(id),
        { ...target, destination: flat(destination), key: flat(key) },
        flat(subscribedAs),
      ),
    );
    this.events.subscribed(session, destination);
  }

  /** By id, or in 1.0 by destination; what is not there is ignored. */
  unsubscribe(session: ServerSession, { headers }: StompFrame): void {
    const id = headers.get('id');
    const destination = headers.get('destination');
    if (destination !== undefined && !this.destinations.maySubscribeTo(destination)) return;
    if (id === undefined && (destination === undefined || session.version !== '1.0')) return;
    const handle = subscriptionHandle(id, destination ?? '');
    session.subscribed.remove((subscription) => subscription.handle === handle);
  }
}

/** A copy of its own: a part of a decoded head would keep the whole head in memory as long as the subscription lives. */
const flat = (text: string): string => Buffer.from(text).toString();
