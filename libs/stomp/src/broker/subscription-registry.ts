import { matchesPattern } from './ant-pattern.js';
import type { StompSession } from './stomp-session.js';
import type { Subscription } from './subscription.js';

/**
 * Who listens to which broker destination. Exact destinations cost one look-up; patterns exist in the conformance profile only. User queues
 * are not in here: they are found by the user's sessions.
 */
export class SubscriptionRegistry {
  private readonly exact = new Map<string, Set<Subscription>>();
  private readonly patterns = new Set<Subscription>();
  /** Sessions whose SUBSCRIBE to a destination is being authorized. */
  private readonly pending = new Map<string, Set<StompSession>>();

  /** Sessions subscribed to a broker destination or about to be (their SUBSCRIBE is being authorized), each once. */
  sessionsFor(destination: string): readonly StompSession[] {
    const sessions = new Set<StompSession>(this.pending.get(destination));
    this.forEach(destination, ({ subscriber }) => sessions.add(subscriber));
    return [...sessions];
  }

  /** Broker destinations with at least one live subscription. */
  destinations(): readonly string[] {
    return [...this.exact.keys()];
  }

  /** Visits the subscriptions that a message to this destination reaches; they may be removed meanwhile. */
  forEach(destination: string, visit: (subscription: Subscription) => void): void {
    const found = this.exact.get(destination);
    if (found !== undefined) for (const subscription of found) visit(subscription);
    for (const subscription of this.patterns) if (matchesPattern(subscription.key, destination)) visit(subscription);
  }

  add(subscription: Subscription): void {
    if (subscription.kind === 'pattern') this.patterns.add(subscription);
    else if (subscription.kind === 'topic') putInto(this.exact, subscription.key, subscription);
  }

  remove(subscription: Subscription): void {
    if (subscription.kind === 'pattern') this.patterns.delete(subscription);
    else if (subscription.kind === 'topic') takeFrom(this.exact, subscription.key, subscription);
  }

  reserve(destination: string, session: StompSession): void {
    putInto(this.pending, destination, session);
  }

  release(destination: string, session: StompSession): void {
    takeFrom(this.pending, destination, session);
  }
}

function putInto<T>(map: Map<string, Set<T>>, key: string, value: T): void {
  const found = map.get(key);
  if (found === undefined) map.set(key, new Set([value]));
  else found.add(value);
}

function takeFrom<T>(map: Map<string, Set<T>>, key: string, value: T): void {
  const found = map.get(key);
  if (found?.delete(value) === true && found.size === 0) map.delete(key);
}
