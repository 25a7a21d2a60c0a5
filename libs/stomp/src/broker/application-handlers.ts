import type { StompHeaders, StompSession } from './stomp-session.js';

/** A SEND to the application. */
export interface ApplicationMessage {
  readonly session: StompSession;
  /** As sent, with the prefix. */
  readonly destination: string;
  readonly headers: StompHeaders;
  readonly body: Buffer;
}

/** Its RECEIPT goes out when it is done. It throws StompRefusal, StompFatal or what `mapError` knows. */
export type ApplicationHandler = (message: ApplicationMessage) => void | Promise<void>;

/** Where SENDs below the application prefix go. */
export interface ApplicationHandlers {
  /** The handler of a destination without the prefix (`chat.send`), or undefined. */
  find(session: StompSession, name: string): ApplicationHandler | undefined;
}
