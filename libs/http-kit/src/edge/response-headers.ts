import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADERS } from '@app/contracts';
import { corsHeaders } from './cors.js';
import type { EdgeContext } from './edge-context.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** The headers that every answer carries, errors before routing included. */
export function baseHeaders(
  edge: Pick<EdgeContext, 'instanceId' | 'origins'>,
  requestId: string,
  origin: string | undefined,
): Record<string, string> {
  return {
    ...SECURITY_HEADERS,
    ...corsHeaders(origin, edge.origins),
    [HEADERS.instanceId]: edge.instanceId,
    [HEADERS.requestId]: requestId,
  };
}

/** Sets {@link baseHeaders} on Node's own response: Fastify adds its headers over them, and an answer that bypasses Fastify has them, too. */
export function setBaseHeaders(
  edge: EdgeContext,
  requestId: string,
  raw: IncomingMessage,
  response: ServerResponse,
): void {
  for (const [name, value] of Object.entries(baseHeaders(edge, requestId, raw.headers.origin)))
    response.setHeader(name, value);
}
