import type { StompFrame } from '../codec/stomp-frame.js';
import { StompProtocolError } from '../codec/stomp-protocol-error.js';
import type { StompBrokerOptions } from './broker-options.js';
import { REFUSALS, StompFatal, StompRefusal } from './refusal.js';
import type { ServerSession } from './server-session.js';
import { toMessage } from './simp-messaging-template.js';
import type { SimpleBroker } from './simple-broker.js';

const DEFAULT_ERROR_QUEUE = '/queue/errors';

/** What becomes of errors that are neither StompRefusal nor StompFatal. */
export type ErrorMapping = Pick<StompBrokerOptions, 'mapError' | 'onError'>;

/** What a client sees of a frame that failed: a refusal on its error queue, or ERROR and close (protocol.md, decisions 4 and 6). */
export class FrameRefuser {
  constructor(
    private readonly errors: ErrorMapping,
    private readonly broker: SimpleBroker,
    private readonly errorQueue = DEFAULT_ERROR_QUEUE,
  ) {}

  refuse(session: ServerSession, frame: StompFrame, error: unknown): void {
    const receiptId = frame.headers.get('receipt');
    if (error instanceof StompProtocolError) {
      session.fail({ message: error.message, receiptId, version: error.version }, error.closeCode);
      return;
    }
    const outcome = this.outcomeOf(error);
    if (outcome instanceof StompFatal) session.fail({ message: outcome.message, receiptId }, outcome.closeCode);
    else if (session.state === 'opened') session.fail({ message: outcome.message, receiptId }, 1002);
    else this.answer(session, frame, outcome);
  }

  private answer(session: ServerSession, frame: StompFrame, { code, message, counted }: StompRefusal): void {
    const destination = frame.headers.get('destination') ?? null;
    const receiptId = frame.headers.get('receipt') ?? null;
    this.broker.toSession(session, toMessage(this.errorQueue, { code, message, destination, receiptId }));
    if (counted && session.strike()) session.end('Too many refused frames', 1008);
  }

  private outcomeOf(error: unknown): StompRefusal | StompFatal {
    if (error instanceof StompRefusal || error instanceof StompFatal) return error;
    try {
      const mapped = this.errors.mapError?.(error);
      if (mapped !== undefined) return mapped;
    } catch (failure) {
      this.errors.onError?.(failure);
    }
    this.errors.onError?.(error);
    return new StompRefusal(REFUSALS.INTERNAL, 'Internal error', { counted: false });
  }
}
