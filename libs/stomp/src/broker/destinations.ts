import { isPattern } from './ant-pattern.js';
import { REFUSALS, StompRefusal } from './refusal.js';
import type { SubscriptionTarget } from './subscription.js';
import type { UserDestinationResolver } from './user-destination-resolver.js';

export type SendTarget =
  | { readonly kind: 'application'; readonly name: string }
  | { readonly kind: 'broker' }
  | { readonly kind: 'user'; readonly user: string; readonly queue: string };

/**
 * What clients may SEND and SUBSCRIBE to (protocol.md, decisions 2 and 3): SEND to the application only; SUBSCRIBE to `/topic/…` and to the
 * session's own user queues, exact destinations only. `open` is the conformance profile: broker destinations and patterns, by Spring's
 * prefix rule (fact 40).
 */
export class Destinations {
  constructor(
    private readonly users: UserDestinationResolver,
    private readonly applicationPrefix: string,
    private readonly open: boolean,
  ) {}

  /** Throws {@link StompRefusal}. */
  forSend(destination: string): SendTarget {
    if (destination.startsWith(`${this.applicationPrefix}/`)) {
      return { kind: 'application', name: destination.slice(this.applicationPrefix.length + 1) };
    }
    if (this.open) {
      const target = this.users.target(destination);
      if (target !== undefined) return { kind: 'user', ...target };
      if (isBroker(destination)) return { kind: 'broker' };
    }
    throw notAllowed();
  }

  /** Throws {@link StompRefusal}. */
  forSubscription(destination: string, userName: string): SubscriptionTarget {
    const pattern = isPattern(destination);
    if (pattern && !this.open) throw notAllowed();
    if (this.users.isUserDestination(destination)) {
      const own = pattern ? undefined : this.users.own(destination, userName);
      if (own === undefined) throw notAllowed();
      return { kind: 'user', key: own.queue, destination: own.destination, alias: own.alias };
    }
    if (!(this.open ? isBroker(destination) : destination.startsWith('/topic/'))) throw notAllowed();
    return { kind: pattern ? 'pattern' : 'topic', key: destination, destination, alias: false };
  }

  /** UNSUBSCRIBE with a destination that no subscription can have is ignored (fact 42). */
  maySubscribeTo(destination: string): boolean {
    return this.users.isUserDestination(destination) || isBroker(destination);
  }
}

const isBroker = (destination: string): boolean => destination.startsWith('/topic') || destination.startsWith('/queue');

const notAllowed = (): StompRefusal =>
  new StompRefusal(REFUSALS.DESTINATION_NOT_ALLOWED, 'This destination is not allowed');
