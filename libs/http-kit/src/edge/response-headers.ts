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

const SECURITY_ENTRIES = Object.entries(SECURITY_HEADERS);

/**
 * Sets {@link baseHeaders} on Node's own response: Fastify adds its headers over them, and an answer that bypasses Fastify has them, too. Runs
 * for every request, hence no object in between.
 */
export function setBaseHeaders(
  edge: EdgeContext,
  requestId: string,
  raw: IncomingMessage,
  response: ServerResponse,
): void {
  for (const [name, value] of SECURITY_ENTRIES) response.setHeader(name, value);
  const cors = corsHeaders(raw.headers.origin, edge.origins);
  for (const name of Object.keys(cors)) response.setHeader(name, cors[name] ?? '');
  response.setHeader(HEADERS.instanceId, edge.instanceId);
  response.setHeader(HEADERS.requestId, requestId);
}
