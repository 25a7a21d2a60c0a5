import type { IncomingMessage } from 'node:http';
import type { TransportSettings } from './transport-options.js';

/** Headers of every answer: the configured ones and `x-request-id`, the client's own when it is a plain word of at most 64 characters. */
export function answerHeaders(request: IncomingMessage, settings: TransportSettings): Record<string, string> {
  const given = request.headers['x-request-id'];
  const requestId = typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : settings.newId();
  return { ...settings.responseHeaders, 'x-request-id': requestId };
}
