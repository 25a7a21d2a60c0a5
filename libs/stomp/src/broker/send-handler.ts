import type { StompFrame } from '../codec/stomp-frame.js';
import type { ApplicationHandlers } from './application-handlers.js';
import type { Destinations } from './destinations.js';
import { REFUSALS, StompRefusal } from './refusal.js';
import { relayedMessage } from './relayed-message.js';
import type { ServerSession } from './server-session.js';
import type { SimpleBroker } from './simple-broker.js';

/** SEND: to a handler of the application; with an open broker, to subscribers (protocol.md, decision 3). */
export class SendHandler {
  constructor(
    private readonly destinations: Destinations,
    private readonly handlers: ApplicationHandlers,
    private readonly broker: SimpleBroker,
  ) {}

  /**
   * The effect of a SEND, yet to be called: everything that can be refused without the application is refused here. A promise when it is not
   * done at once.
   */
  prepare(session: ServerSession, { headers, body }: StompFrame): () => void | Promise<void> {
    const destination = headers.get('destination');
    if (destination === undefined) throw new StompRefusal(REFUSALS.BAD_REQUEST, 'SEND must have a destination');
    const target = this.destinations.forSend(destination);
    if (target.kind === 'broker') return () => void this.broker.broadcast(relayedMessage(destination, headers, body));
    if (target.kind === 'user') {
      return () => void this.broker.toUsers([target.user], relayedMessage(target.queue, headers, body));
    }
    const handler = this.handlers.find(session, target.name);
    if (handler === undefined) throw new StompRefusal(REFUSALS.UNKNOWN_DESTINATION, 'There is no such destination');
    return () => handler({ session, destination, headers, body });
  }
}
