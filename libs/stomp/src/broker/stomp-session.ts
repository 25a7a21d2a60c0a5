export type { StompHeaders } from '../codec/stomp-frame.js';

/** Who a session belongs to; applications extend it. `name` is what `convertAndSendToUser` addresses; an empty one is nobody's. */
export interface StompPrincipal {
  readonly name: string;
}

/** A live session as handlers and listeners see it. */
export interface StompSession<P extends StompPrincipal = StompPrincipal> {
  readonly id: string;
  /** Set at CONNECT; may be replaced by the same user's new principal (token refresh). */
  principal: P;
  readonly transport: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  /** Destinations of its live subscriptions, as the authorizer saw them (`/user/queue/x`, `/topic/…`). */
  destinations(): readonly string[];
  /**
   * Ends the subscriptions to a destination without telling the client (removal from a group). A SUBSCRIBE to it that is being authorized at
   * this moment is authorized anew.
   */
  unsubscribe(destination: string): void;
  /** ERROR with the message, then close with the code (default 1002). The session gets no further frame. */
  end(message: string, closeCode?: number): void;
}
