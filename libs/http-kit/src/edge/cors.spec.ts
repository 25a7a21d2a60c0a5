import { describe, expect, it } from 'vitest';
import { corsHeaders, isPreflight, preflightHeaders } from './cors.js';

const ALLOWED = new Set(['http://localhost:5173']);

describe('an answer', () => {
  it('allows the listed origin, and it alone', () => {
    expect(corsHeaders('http://localhost:5173', ALLOWED)).toEqual({
      vary: 'Origin',
      'access-control-allow-origin': 'http://localhost:5173',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-request-id, x-instance-id, Retry-After',
    });
  });

  it.each([
    'null',
    '*',
    'http://localhost',
    'http://localhost:5174',
    'https://localhost:5173',
    'http://localhost:5173.evil.example',
    'http://evil.example/?http://localhost:5173',
    'http://evil-localhost:5173',
    'HTTP://LOCALHOST:5173',
    'http://localhost:5173/',
    '',
    undefined,
  ])('allows nothing to %j', (origin) => expect(corsHeaders(origin, ALLOWED)).toEqual({ vary: 'Origin' }));
});

describe('a preflight', () => {
  const headers = { origin: 'http://localhost:5173', 'access-control-request-method': 'PUT' };

  it('is an OPTIONS with both headers', () => {
    expect(isPreflight('OPTIONS', headers)).toBe(true);
    expect(isPreflight('GET', headers)).toBe(false);
    expect(isPreflight('OPTIONS', { origin: headers.origin })).toBe(false);
    expect(isPreflight('OPTIONS', { 'access-control-request-method': 'PUT' })).toBe(false);
  });

  it('tells a listed origin what it may do', () => {
    expect(preflightHeaders({ ...headers, 'access-control-request-headers': 'authorization, x-a' }, ALLOWED)).toEqual({
      'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
      'access-control-allow-headers': 'authorization, x-a',
      'access-control-max-age': '600',
    });
  });

  it('tells another origin nothing, and echoes no header list that is none', () => {
    expect(preflightHeaders({ ...headers, origin: 'http://evil.example' }, ALLOWED)).toEqual({});
    const odd = preflightHeaders({ ...headers, 'access-control-request-headers': 'a\u0007<script>' }, ALLOWED);
    expect(odd).not.toHaveProperty('access-control-allow-headers');
  });
});
