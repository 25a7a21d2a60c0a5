import { REFUSALS, StompRefusal } from './refusal.js';
import type { StompSession } from './stomp-session.js';
import type { SubscriptionRegistry } from './subscription-registry.js';
import type { Subscription } from './subscription.js';

const NONE: readonly Subscription[] = [];
const ROUNDS = 5;

/** The live subscriptions of one session. */
export class SessionSubscriptions {
  private list = NONE;
  /** The destination whose SUBSCRIBE is being authorized, and whether it was revoked meanwhile. */
  private authorizing: { readonly destination: string; revoked: boolean } | undefined;

  constructor(
    private readonly registry: SubscriptionRegistry,
    private readonly session: StompSession,
  ) {}

  /** In the order they were made; the array never changes. */
  all(): readonly Subscription[] {
    return this.list;
  }

  /** Refuses a handle in use and one subscription too many. */
  checkRoom(handle: string, limit: number): void {
    if (this.list.some((subscription) => subscription.handle === handle)) {
      throw new StompRefusal(REFUSALS.DUPLICATE_SUBSCRIPTION, 'This subscription id is in use');
    }
    if (this.list.length >= limit) throw new StompRefusal(REFUSALS.TOO_MANY_SUBSCRIPTIONS, 'Too many subscriptions');
  }

  add(subscription: Subscription): void {
    this.registry.add(subscription);
    this.list = [...this.list, subscription];
  }

  /** Ends those that match; none is fine. */
  remove(matches: (subscription: Subscription) => boolean): void {
    const gone = this.list.filter(matches);
    if (gone.length === 0) return;
    for (const subscription of gone) this.registry.remove(subscription);
    this.list = this.list.filter((subscription) => !gone.includes(subscription));
  }

  /** Ends the subscriptions to a destination; one that is being authorized is authorized again. */
  revoke(destination: string): void {
    if (this.authorizing?.destination === destination) this.authorizing.revoked = true;
    this.remove((subscription) => subscription.destination === destination);
  }

  /**
   * Resolves when the authorization resolved and nobody revoked the destination while it ran; meanwhile the registry names the session among
   * those of the destination, so that a revocation finds it.
   */
  async authorize(destination: string, authorization: () => Promise<void>): Promise<void> {
    const attempt = { destination, revoked: false };
    this.authorizing = attempt;
    this.registry.reserve(destination, this.session);
    try {
      for (let round = 0; round < ROUNDS; round++) {
        attempt.revoked = false;
        await authorization();
        if (!attempt.revoked) return;
      }
      throw new StompRefusal(REFUSALS.DESTINATION_NOT_ALLOWED, 'This destination is not allowed');
    } finally {
      this.authorizing = undefined;
      this.registry.release(destination, this.session);
    }
  }

  clear(): void {
    this.remove(() => true);
  }
}
