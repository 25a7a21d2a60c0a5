import type { OutgoingHttpHeaders } from 'node:http';
import { expect } from 'vitest';
import { NOBODY, type RestCall, type RestRecipe, type RestRecipes } from './rest-call.js';

/** A call of anybody's that needs no scene. */
const plain =
  (path: string, more: Partial<RestCall> = {}): RestRecipe =>
  async (world) => {
    const caller = await world.person();
    return { caller, path, audience: { watch: [caller] }, ...more };
  };

const preflight: OutgoingHttpHeaders = {
  origin: 'http://localhost:5173',
  'access-control-request-method': 'GET',
  'access-control-request-headers': 'authorization',
};
const asText = {
  headers: { 'content-type': 'text/plain' },
  body: JSON.stringify({ receiver: { id: NOBODY }, content: 'x' }),
};

export const EDGE_RECIPES: RestRecipes = {
  'GET /docs/json': plain('/docs/json', {
    effect: ({ body }) => expect(Object.keys((body as { paths: object }).paths)).toBeDefined(),
  }),
  'GET /health/live': plain('/health/live', { effect: ({ body }) => expect(body).toEqual({ status: 'up' }) }),
  'GET /health/ready': plain('/health/ready', {
    effect: ({ body }) => expect(body).toEqual({ status: 'ready', degraded: [] }),
  }),
  'OPTIONS /api/chat/conversations · preflight': plain('/api/chat/conversations', {
    headers: preflight,
    effect: ({ headers }) => expect(headers.get('access-control-allow-origin')).toEqual([preflight.origin]),
  }),
  'GET /ws/info': plain('/ws/info', {
    effect: ({ body }) => expect(body).toMatchObject({ websocket: true, cookie_needed: false }),
  }),
  'GET /': plain('/', { effect: ({ headers }) => expect(headers.get('location')).toEqual(['/docs']) }),
  'GET /api/chat/nothing · unknown path': plain('/api/chat/nothing'),
  'PATCH /api/auth/profile · unknown method': plain('/api/auth/profile', { body: { about: 'x' } }),
  'POST /api/chat/messages · unknown media type': plain('/api/chat/messages', asText),
  'GET /api/chat/../auth/profile · path trick': plain('/api/chat/../auth/profile'),
  'GET /internal/users · internal route: none exists': plain('/internal/users'),
  'GET /metrics · not through the gateway': plain('/metrics'),
};
