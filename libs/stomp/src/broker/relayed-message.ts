import type { HeaderPair, StompHeaders } from '../codec/stomp-frame.js';
import type { BrokerMessage } from './message-frames.js';

/** Headers of a SEND that never reach its receivers (protocol.md, decision 14), and those the broker writes itself. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([
  'receipt',
  'transaction',
  'authorization',
  'login',
  'passcode',
  'id',
  'ack',
  'subscription',
  'message-id',
  'content-length',
]);

/** A client's SEND as a message: the sender's headers in their order, repeated ones included, around the one destination (fact 49). */
export function relayedMessage(destination: string, headers: StompHeaders, body: Buffer): BrokerMessage {
  const before: HeaderPair[] = [];
  const after: HeaderPair[] = [];
  let seen = false;
  for (const pair of headers.entries()) {
    const name = pair[0];
    if (name === 'destination') seen = true;
    else if (!NOT_PASSED_ON.has(name.toLowerCase())) (seen ? after : before).push(pair);
  }
  return { destination, before, after, body };
}
