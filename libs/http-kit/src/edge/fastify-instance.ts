import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HttpConfig } from '@app/config';
import { HEADERS } from '@app/contracts';
import { fastify, type FastifyInstance } from 'fastify';
import { parseJson } from '../body/json-body.js';
import { sendError } from '../errors/send-error.js';
import { toAppError } from '../errors/to-app-error.js';
import { createClientErrorHandler } from './client-errors.js';
import type { EdgeContext } from './edge-context.js';
import { addEdgeHooks } from './edge-hooks.js';
import { setBaseHeaders } from './response-headers.js';

/** How often Node looks for requests that take too long, at most, in ms. */
const MAX_TIMEOUT_CHECK_MS = 5000;
const REQUEST_ID = /^[\w-]{1,64}$/;

/** The request's own id when it has a usable one, else a new one. */
function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers[HEADERS.requestId];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** `json`: bodies are JSON, parsed within limits. `stream`: bodies are handed on unread as `request.body` (a proxy). */
export type BodyMode = 'json' | 'stream';

function setBodyParser(instance: FastifyInstance, mode: BodyMode, limits: HttpConfig): void {
  instance.removeAllContentTypeParsers();
  if (mode === 'stream') {
    instance.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    return;
  }
  instance.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(body as Buffer, { depth: limits.jsonDepth, keys: limits.jsonKeys }));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** A Fastify instance with our limits, timeouts, parser and edge; Nest's adapter takes it as it is. */
export function createFastifyInstance(edge: EdgeContext, http: HttpConfig, bodies: BodyMode): FastifyInstance {
  const instance = fastify({
    logger: false,
    bodyLimit: http.bodyBytes,
    requestTimeout: http.requestTimeoutMs,
    keepAliveTimeout: http.keepAliveMs,
    genReqId: requestIdOf,
    http: {
      headersTimeout: http.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(MAX_TIMEOUT_CHECK_MS, Math.ceil(http.headersTimeoutMs / 2)),
    },
    routerOptions: { maxParamLength: 256 },
    clientErrorHandler: createClientErrorHandler(edge, randomUUID),
    // A URL that the router cannot read meets no hook.
    frameworkErrors: (error, request, reply) => {
      setBaseHeaders(edge, request.id, request.raw, reply.raw);
      sendError(reply, toAppError(error), edge.logger);
    },
  }) as unknown as FastifyInstance;
  setBodyParser(instance, bodies, http);
  addEdgeHooks(instance, edge);
  // An `Expect` that Node does not know is no reason to answer past us with its bare 417.
  instance.server.on('checkExpectation', (request, response) => instance.server.emit('request', request, response));
  return instance;
}
