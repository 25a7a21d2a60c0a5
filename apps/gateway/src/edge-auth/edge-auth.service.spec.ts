import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import type { Role } from '@app/contracts';
import { TokenService } from '@app/security';
import { beforeEach, describe, expect, it } from 'vitest';
import { EdgeAuth } from './edge-auth.service.js';

const secret = Buffer.from('a secret of at least 32 bytes, made for this test');
let now = 0;
const tokens = new TokenService(secret, () => now);
const edge = new EdgeAuth(new TokenService(secret, () => now));

const bearer = (role: Role, by = tokens): string =>
  `Bearer ${by.issue({ id: 7, username: 'ann', role, tokenVersion: 0 })}`;

function outcome(authorization: string | null, path = '/api/chat/conversations', method = 'GET'): string {
  const rawHeaders = authorization === null ? [] : ['Authorization', authorization];
  const headers = authorization === null ? {} : { authorization };
  try {
    edge.admit({ method, headers, rawHeaders } as unknown as IncomingMessage, path);
    return 'admitted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('the edge', () => {
  beforeEach(() => {
    now = Date.parse('2026-11-22T10:00:00.000Z');
  });

  it('admits a valid token of a user', () => expect(outcome(bearer('USER'))).toBe('admitted'));

  it('refuses any other role', () => expect(outcome(bearer('ADMIN'))).toBe('ROLE_NOT_ALLOWED'));

  it.each([
    ['no token', null],
    ['an empty token', 'Bearer '],
    ['another scheme', 'Basic YTpi'],
    ['a malformed token', 'Bearer a.b.c'],
  ])('refuses %s', (_what, authorization) => expect(outcome(authorization)).toBe('UNAUTHENTICATED'));

  it('refuses a token signed with another key', () => {
    const other = new TokenService(Buffer.from('another secret of at least 32 bytes, for this test'), () => now);
    expect(outcome(bearer('USER', other))).toBe('UNAUTHENTICATED');
  });

  it('refuses a token once it has expired, also one seen before', () => {
    const authorization = bearer('USER');
    expect(outcome(authorization)).toBe('admitted');
    now += 36_000_000;
    expect(outcome(authorization)).toBe('TOKEN_EXPIRED');
  });

  it('asks no token where none is needed', () => {
    expect(outcome(null, '/api/auth/login', 'POST')).toBe('admitted');
    expect(outcome(bearer('ADMIN'), '/ws/info')).toBe('admitted');
    expect(outcome(null, '/api/auth/login', 'GET')).toBe('UNAUTHENTICATED');
  });
});
