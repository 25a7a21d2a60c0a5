import type { StompSession } from './stomp-session.js';

export type ConnectedListener = (session: StompSession) => void | Promise<void>;
export type DisconnectedListener = (session: StompSession, closeCode: number) => void | Promise<void>;
export type SubscribedListener = (session: StompSession, destination: string) => void | Promise<void>;
/** Takes the listener off again. */
export type Unlisten = () => void;

/**
 * What happens to sessions. Listeners are called in the order they were added and are not waited for; what they throw is reported and
 * changes nothing for the session or for other listeners.
 */
export class StompSessionEvents {
  private readonly connectedListeners = new Set<ConnectedListener>();
  private readonly disconnectedListeners = new Set<DisconnectedListener>();
  private readonly subscribedListeners = new Set<SubscribedListener>();

  constructor(private readonly onError: (error: unknown) => void) {}

  /** CONNECTED was written, the user registry holds the session, and its next frame is not yet read (fact 63). */
  onConnected(listener: ConnectedListener): Unlisten {
    return listen(this.connectedListeners, listener);
  }

  /**
   * A session that had been connected is over, because its connection is gone or this server has begun to close it with `closeCode`: exactly once
   * per session, after it left the registries. DISCONNECT alone does not end a session (fact 62), but soon after its RECEIPT the server does.
   */
  onDisconnected(listener: DisconnectedListener): Unlisten {
    return listen(this.disconnectedListeners, listener);
  }

  /** A subscription is effective; its RECEIPT is not yet written, so that what the listener sends at once comes first. */
  onSubscribed(listener: SubscribedListener): Unlisten {
    return listen(this.subscribedListeners, listener);
  }

  connected(session: StompSession): void {
    for (const listener of this.connectedListeners) this.call(() => listener(session));
  }

  disconnected(session: StompSession, closeCode: number): void {
    for (const listener of this.disconnectedListeners) this.call(() => listener(session, closeCode));
  }

  subscribed(session: StompSession, destination: string): void {
    for (const listener of this.subscribedListeners) this.call(() => listener(session, destination));
  }

  private call(listener: () => void | Promise<void>): void {
    try {
      const pending = listener();
      if (pending instanceof Promise) pending.catch(this.onError);
    } catch (error) {
      this.onError(error);
    }
  }
}

function listen<L>(listeners: Set<L>, listener: L): Unlisten {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
