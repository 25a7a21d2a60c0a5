import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HEADERS } from '@app/contracts';

const REQUEST_ID = /^[\w-]{1,64}$/;

/** A request as the edge sees it, before anything is decided. */
export interface EdgeRequest {
  readonly raw: IncomingMessage;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The request's own id when it is usable, else a new one. */
  readonly requestId: string;
}

export function readEdgeRequest(raw: IncomingMessage, newId: () => string = randomUUID): EdgeRequest {
  const url = raw.url ?? '';
  const query = url.indexOf('?');
  const given = raw.headers[HEADERS.requestId];
  return {
    raw,
    method: raw.method ?? '',
    path: query < 0 ? url : url.slice(0, query),
    requestId: typeof given === 'string' && REQUEST_ID.test(given) ? given : newId(),
  };
}
