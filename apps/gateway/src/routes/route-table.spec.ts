import { describe, expect, it } from 'vitest';
import { findService, isLivePath, isOnChatPort, isPublic, sockJsSessionOf } from './route-table.js';

describe('the route table', () => {
  it.each([
    ['/api/auth/login', 'auth-service'],
    ['/api/contacts', 'auth-service'],
    ['/api/contacts/7', 'auth-service'],
    ['/api/blocks/7', 'auth-service'],
    ['/api/users/status', 'auth-service'],
    ['/api/chat/messages/1/2', 'chat-service'],
    ['/api/chat/users/search', 'chat-service'],
    ['/api/groups', 'chat-service'],
    ['/ws', 'chat-service'],
    ['/ws/info', 'chat-service'],
    ['/ws/', 'chat-service'],
  ])('sends %s to %s', (path, service) => expect(findService(path)).toBe(service));

  it.each([
    '/',
    '/api',
    '/api/authority',
    '/api/chatter',
    '/wsx',
    '/API/auth',
    '/metrics',
    '/health/ready',
    '/docs',
    '/x/ws',
  ])('sends %s nowhere', (path) => expect(findService(path)).toBeNull());

  it.each([
    ['POST', '/api/auth/register'],
    ['POST', '/api/auth/login'],
    ['GET', '/ws'],
    ['POST', '/ws/000/abc/xhr'],
    ['GET', '/health/ready'],
    ['GET', '/docs'],
    ['GET', '/docs/json'],
    ['GET', '/'],
    ['OPTIONS', '/api/chat/messages'],
  ])('asks no token for %s %s', (method, path) => expect(isPublic(method, path)).toBe(true));

  it.each([
    ['GET', '/api/auth/login'],
    ['POST', '/api/auth/login/'],
    ['POST', '/api/auth/login/x'],
    ['POST', '/x/api/auth/login'],
    ['POST', '/api/chat/api/auth/login'],
    ['POST', '/API/AUTH/LOGIN'],
    ['POST', '/api/auth/%6cogin'],
    ['POST', '/api/auth/logout'],
    ['GET', '/api/auth/profile'],
    ['GET', '/wsx'],
    ['GET', '/docsx'],
    ['GET', '/healthy'],
    ['GET', '/metrics'],
    ['GET', '/x/ws'],
  ])('asks a token for %s %s', (method, path) => expect(isPublic(method, path)).toBe(false));

  it('opens only the live and chat paths on the chat port', () => {
    const paths = [
      '/ws',
      '/ws/info',
      '/api/chat/messages',
      '/api/groups/1',
      '/api/auth/login',
      '/',
      '/docs',
      '/health/ready',
    ];
    expect(paths.filter(isOnChatPort)).toEqual(['/ws', '/ws/info', '/api/chat/messages', '/api/groups/1']);
  });

  it.each([
    ['/ws', true],
    ['/ws/websocket', true],
    ['/ws/0/s/websocket', true],
    ['/wss', false],
    ['/api/chat/ws', false],
  ])('knows whether %s is live: %s', (path, live) => expect(isLivePath(path)).toBe(live));

  it.each([
    ['/ws/000/abc123/xhr', 'abc123'],
    ['/ws/000/abc123/websocket', 'abc123'],
    ['/ws/info', null],
    ['/ws/websocket', null],
    ['/ws/000/abc123', null],
    ['/ws/000/abc123/xhr/more', null],
    ['/ws/000//xhr', null],
  ])('reads the SockJS session of %s as %s', (path, session) => expect(sockJsSessionOf(path)).toBe(session));
});
