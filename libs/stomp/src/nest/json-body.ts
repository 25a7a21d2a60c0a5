import { isUtf8 } from 'node:buffer';
import { REFUSALS, StompRefusal } from '../broker/refusal.js';

/**
 * The payload of a SEND to the application: always JSON, whatever its content-type says (fact 53); undefined when there is no body. Refuses
 * what is not JSON in UTF-8.
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    if (isUtf8(body)) return JSON.parse(body.toString('utf8'));
  } catch {
    // refused below
  }
  throw new StompRefusal(REFUSALS.BAD_REQUEST, 'The body is not valid JSON');
}
