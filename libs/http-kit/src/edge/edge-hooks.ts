import { AppError } from '@app/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addressKey } from '../rate-limit/client-address.js';
import { allowedMethods } from './allowed-methods.js';
import { isPreflight, preflightHeaders } from './cors.js';
import type { EdgeContext } from './edge-context.js';
import { isPlainPath } from './path-check.js';
import './request-facts.js';
import { setBaseHeaders } from './response-headers.js';
import { DOCS_CONTENT_SECURITY_POLICY } from './security-headers.js';

const pathOf = (request: FastifyRequest): string => (request.raw.url ?? '').split('?', 1)[0] ?? '';

/** A preflight is always 204; any other OPTIONS, too, with `Allow`, where some route stands at the path. Null: not one of these. */
function answerOptions(edge: EdgeContext, request: FastifyRequest, reply: FastifyReply): FastifyReply | null {
  if (request.method !== 'OPTIONS') return null;
  if (isPreflight(request.method, request.headers))
    return reply.code(204).headers(preflightHeaders(request.headers, edge.origins)).send();
  const allowed = request.is404 ? allowedMethods(request.server, pathOf(request)) : [];
  return allowed.length === 0 ? null : reply.code(204).header('allow', allowed.join(', ')).send();
}

const isDocument = (path: string): boolean => path === '/docs' || path.startsWith('/docs/');

async function authenticate(edge: EdgeContext, request: FastifyRequest, path: string): Promise<void> {
  const isOpen = request.routeOptions.config?.public === true || request.method === 'OPTIONS';
  if (isOpen || edge.isPublic(request.method, path) || !edge.authenticator) return;
  request.principal = await edge.authenticator.authenticate(request);
  edge.limiter.assertAllowed('restPerUser', request.principal.id);
}

/**
 * What happens to a request before its body is read, in this order: headers, path tricks (400), OPTIONS, rate per address (429), token (401), rate
 * per user (429). So a body is only ever read for someone whom the token names, or on a public route.
 */
export function addEdgeHooks(instance: FastifyInstance, edge: EdgeContext): void {
  instance.decorateRequest('principal', null);
  instance.decorateRequest('clientAddress', '');
  instance.addHook('onRequest', async (request, reply) => {
    setBaseHeaders(edge, request.id, request.raw, reply.raw);
    request.clientAddress = edge.addressOf(request.raw.socket?.remoteAddress, request.headers['x-forwarded-for']);
    if (!isPlainPath(request.raw.url ?? '')) throw new AppError('BAD_REQUEST');
    const answered = answerOptions(edge, request, reply);
    if (answered) return answered;
    const path = pathOf(request);
    if (path.startsWith('/api/')) edge.limiter.assertAllowed('restPerAddress', addressKey(request.clientAddress));
    if (isDocument(path)) reply.raw.setHeader('content-security-policy', DOCS_CONTENT_SECURITY_POLICY);
    await authenticate(edge, request, path);
    return undefined;
  });
  instance.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    edge.observe?.(request.method, route, reply.statusCode, reply.elapsedTime);
    done();
  });
}
