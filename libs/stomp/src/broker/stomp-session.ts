/** STOMP headers of one frame, in order; of repeated names the first counts (STOMP 1.2, "Repeated Header Entries"). */
export interface StompHeaders {
  get(name: string): string | undefined;
  entries(): Iterable<readonly [string, string]>;
}

/** Who a session belongs to; applications extend it. `name` is what `convertAndSendToUser` addresses. */
export interface StompPrincipal {
  readonly name: string;
}

/** A live session as handlers and listeners see it. */
export interface StompSession<P extends StompPrincipal = StompPrincipal> {
  readonly id: string;
  /** Set at CONNECT; may be replaced by the same user's new principal (token refresh). */
  principal: P;
  readonly transport: string;
  readonly connectedAt: number;
  /** Destinations of its live subscriptions. */
  destinations(): readonly string[];
  /** Ends the subscriptions to a destination without telling the client (removal from a group). */
  unsubscribe(destination: string): void;
  /** ERROR with the message, then close with the code (default 1002). */
  end(message: string, closeCode?: number): void;
}
