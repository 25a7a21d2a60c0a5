import { encoderFor } from '../codec/stomp-encoder.js';
import type { StompFrame } from '../codec/stomp-frame.js';
import { StompProtocolError } from '../codec/stomp-protocol-error.js';
import type { StompBrokerOptions } from './broker-options.js';
import type { ConnectHandler } from './connect-handler.js';
import type { FrameRefuser } from './frame-refuser.js';
import { REFUSALS, StompRefusal } from './refusal.js';
import type { SendHandler } from './send-handler.js';
import type { FrameHandler, ServerSession } from './server-session.js';
import type { SubscribeHandler } from './subscribe-handler.js';

/** `later`: the frame waits in a transaction, its RECEIPT comes with its effect. */
type Outcome = void | 'later';

/**
 * One frame of a session: what it does, then its RECEIPT (every client frame but CONNECT, after the effect, in order: protocol.md, decision
 * 5), or its refusal.
 */
export class FrameDispatcher implements FrameHandler {
  constructor(
    private readonly options: Pick<StompBrokerOptions, 'admitFrame'>,
    private readonly connects: ConnectHandler,
    private readonly subscribes: SubscribeHandler,
    private readonly sends: SendHandler,
    private readonly refuser: FrameRefuser,
  ) {}

  handle(session: ServerSession, frame: StompFrame): void | Promise<void> {
    return this.attempt(session, frame, () => this.dispatch(session, frame));
  }

  /** Runs a frame's effect, then writes its RECEIPT or refuses it; at once when the effect is. */
  private attempt(
    session: ServerSession,
    frame: StompFrame,
    effect: () => Outcome | Promise<Outcome>,
  ): void | Promise<void> {
    try {
      const outcome = effect();
      if (outcome instanceof Promise) {
        return outcome.then(
          (settled) => this.receipt(session, frame, settled),
          (error: unknown) => this.refuser.refuse(session, frame, error),
        );
      }
      this.receipt(session, frame, outcome);
    } catch (error) {
      this.refuser.refuse(session, frame, error);
    }
    return undefined;
  }

  private dispatch(session: ServerSession, frame: StompFrame): Outcome | Promise<Outcome> {
    const isConnect = frame.command === 'CONNECT' || frame.command === 'STOMP';
    if (session.state === 'opened') {
      if (!isConnect) throw new StompProtocolError('CONNECT must come first');
      return this.connects.connect(session, frame);
    }
    if (isConnect) throw new StompProtocolError('The session is connected already');
    if (session.state !== 'connected') return 'later';
    this.options.admitFrame?.(session, frame.command, frame.headers.get('destination'));
    return this.dispatchConnected(session, frame);
  }

  private dispatchConnected(session: ServerSession, frame: StompFrame): Outcome | Promise<Outcome> {
    switch (frame.command) {
      case 'SEND':
        return this.send(session, frame);
      case 'SUBSCRIBE':
        return this.subscribes.subscribe(session, frame);
      case 'UNSUBSCRIBE':
        return this.subscribes.unsubscribe(session, frame);
      case 'BEGIN':
        return session.transactions.begin(transactionOf(frame));
      case 'COMMIT':
        return this.commit(session, frame);
      case 'ABORT':
        return session.transactions.abort(transactionOf(frame));
      case 'DISCONNECT':
        return disconnect(session, frame);
      case 'ACK':
      case 'NACK':
        return undefined;
      default:
        // a server's frame from a client: ignored, as Spring does (fact 16)
        return 'later';
    }
  }

  private send(session: ServerSession, frame: StompFrame): Outcome | Promise<Outcome> {
    const effect = this.sends.prepare(session, frame);
    const transaction = frame.headers.get('transaction');
    if (transaction === undefined) return effect();
    session.transactions.add(transaction, frame);
    return 'later';
  }

  /** Each SEND of the transaction has its own effect, RECEIPT or refusal, in order; COMMIT's RECEIPT comes last. */
  private async commit(session: ServerSession, frame: StompFrame): Promise<void> {
    for (const send of session.transactions.commit(transactionOf(frame))) {
      if (session.state !== 'connected') return;
      await this.attempt(session, send, () => this.sends.prepare(session, send)());
    }
  }

  private receipt(session: ServerSession, frame: StompFrame, outcome: Outcome): void {
    if (outcome === 'later' || frame.command === 'CONNECT' || frame.command === 'STOMP') return;
    const id = frame.headers.get('receipt');
    if (id !== undefined) session.write(encoderFor(session.version).receipt(id));
  }
}

function transactionOf(frame: StompFrame): string {
  const id = frame.headers.get('transaction');
  if (id === undefined) throw new StompRefusal(REFUSALS.BAD_REQUEST, `${frame.command} must have a transaction`);
  return id;
}

/** With a receipt the client closes; without one we do (protocol.md, decision 6; fact 59). */
function disconnect(session: ServerSession, frame: StompFrame): void {
  if (frame.headers.get('receipt') === undefined) session.close(1000, '');
  else session.disconnected();
}
