import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { EchoServer } from './echo-server.fixture.js';
import { until } from './until.fixture.js';
import { RawSocket, ask, upgradeHead } from './wire.fixture.js';

let server: EchoServer;

beforeEach(async () => {
  let n = 0;
  server = await EchoServer.start({
    allowedOrigins: ['http://localhost:5173'],
    responseHeaders: { 'x-instance-id': 'chat-1' },
    newId: () => `id-${(n += 1)}`,
  });
});

afterEach(async () => server.close());

/** The answer to an upgrade as text; complete when refused, the head when accepted. */
async function upgrade(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<string> {
  const raw = await RawSocket.to(server.port);
  raw.write(upgradeHead(path, headers, method));
  await until(() => expect(raw.closed || raw.text.startsWith('HTTP/1.1 101')).toBe(true));
  if (!raw.closed) raw.socket.destroy();
  return raw.text;
}

describe('WebSocket handshake', () => {
  it.each(['/ws', '/ws/websocket', '/ws?token=x', '/ws/1/abc/websocket'])(
    'is accepted at %s (decision 1)',
    async (path) => {
      const headers = { 'X-Forwarded-For': '10.0.0.1', Cookie: 'a=b', Accept: '*/*' };
      expect(await upgrade(path, headers)).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
      await until(() => expect(server.transports.connectionCount).toBe(0));
      expect(server.parties).toHaveLength(1);
      expect(server.party.connection.origin).toMatchObject({ url: path, remoteAddress: '127.0.0.1' });
      expect(server.party.connection.origin.headers).toEqual({ host: 'chat.test', 'x-forwarded-for': '10.0.0.1' });
    },
  );

  it.each([
    '/ws/websocket/',
    '/ws/info',
    '/ws/1/abc/xhr',
    '/ws/1/a.b/websocket',
    '/ws/1/websocket',
    '/ws/a/b/c/websocket',
  ])('is 404 at %s', async (path) => expect(await upgrade(path)).toMatch(/^HTTP\/1\.1 404 /));

  it.each(['/', '/wsx', '/api/chat'])('at %s, which nobody serves, is 404 and does not hang', async (path) => {
    expect(await upgrade(path)).toMatch(/^HTTP\/1\.1 404 /);
  });

  it.each([
    ['v12.stomp,v11.stomp,v10.stomp', 'v12.stomp'],
    ['v10.stomp, v12.stomp', 'v10.stomp'],
    ['stomp, V11.STOMP, v12.stomp', 'V11.STOMP'],
    ['stomp', undefined],
    ['', undefined],
  ])('of sub-protocols %s chooses %s (fact 3)', async (offered, chosen) => {
    for (const path of ['/ws', '/ws/websocket', '/ws/1/abc/websocket']) {
      const head = await upgrade(path, { 'Sec-WebSocket-Protocol': offered });
      expect(head).toMatch(/^HTTP\/1\.1 101 /);
      expect(/^sec-websocket-protocol: (.*)\r$/im.exec(head)?.[1]).toBe(chosen);
      await until(() => expect(server.transports.connectionCount).toBe(0));
    }
  });

  it('refuses compression', async () => {
    expect(await upgrade('/ws', { 'Sec-WebSocket-Extensions': 'permessage-deflate' })).not.toMatch(/extensions/i);
  });

  it.each([
    [{ Origin: 'http://localhost:5173' }, 101],
    [{ Origin: 'http://chat.test' }, 101],
    [{ Origin: 'http://evil.test' }, 403],
    [{ Origin: 'null' }, 403],
    [{ Origin: 'http://localhost:5173.evil.test' }, 403],
  ])('with %j is %d (fact 7)', async (headers, status) => {
    for (const path of ['/ws', '/ws/websocket', '/ws/1/abc/websocket']) {
      const answer = await upgrade(path, headers);
      expect(answer).toContain(`HTTP/1.1 ${status} `);
      expect(answer.endsWith('\r\n\r\nInvalid CORS request')).toBe(status === 403);
      await until(() => expect(server.transports.connectionCount).toBe(0));
    }
  });

  it.each(['8', '12', '14', '', 'x'])('of version "%s" is 426 (fact 5)', async (version) => {
    const answer = await upgrade('/ws', { 'Sec-WebSocket-Version': version });
    expect(answer).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    expect(answer).toContain('\r\nSec-WebSocket-Version: 13\r\n');
  });

  it.each(['', 'short', 'dGhlIHNhbXBsZSBub25jZQ'])('with key "%s" is 400', async (key) => {
    const answer = await upgrade('/ws', { 'Sec-WebSocket-Key': key });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('x-instance-id: chat-1');
  });

  it('by POST is 405', async () => {
    expect(await upgrade('/ws', {}, 'POST')).toMatch(/^HTTP\/1\.1 405 [^]*\r\nAllow: GET,CONNECT\r\n/);
    expect(await upgrade('/ws/1/abc/websocket', {}, 'POST')).toMatch(/^HTTP\/1\.1 405 [^]*\r\nAllow: GET\r\n/);
  });

  it.each([
    ['GET', '/ws/websocket', 400, undefined],
    ['GET', '/ws/1/abc/websocket', 400, undefined],
    ['POST', '/ws/websocket', 405, 'GET,CONNECT'],
    ['POST', '/ws/1/abc/websocket', 405, 'GET'],
    ['POST', '/ws', 405, 'GET'],
  ])('%s %s without upgrade is %d (fact 5)', async (method, path, status, allow) => {
    const answer = await ask(method, server.url + path);
    expect([answer.status, answer.headers.allow]).toEqual([status, allow]);
    expect(answer.body).toBe(status === 400 ? 'Can "Upgrade" only to "WebSocket".' : '');
  });

  it('carries the configured headers and the request id, own or given', async () => {
    expect(await upgrade('/ws', { 'x-request-id': 'abc_1-2' })).toContain('\r\nx-request-id: abc_1-2\r\n');
    for (const given of ['', 'with space', 'a'.repeat(65)])
      expect(await upgrade('/ws', { 'x-request-id': given })).toMatch(
        /\r\nx-instance-id: chat-1\r\nx-request-id: id-\d+\r\n/,
      );
    expect(await upgrade('/nobody')).not.toContain('x-instance-id');
    expect(await upgrade('/ws', { Origin: 'null' })).toContain('\r\nx-instance-id: chat-1\r\n');
  });

  it('refuses beyond the connection limits with 503, and takes again when there is room', async () => {
    await server.close();
    server = await EchoServer.start({ limits: { connections: 1 } });
    const first = new WebSocket(`${server.wsUrl}/ws`);
    await until(() => expect(first.readyState).toBe(WebSocket.OPEN));
    expect(await upgrade('/ws')).toMatch(/^HTTP\/1\.1 503 [^]*\r\nRetry-After: 1\r\n/);
    expect((await ask('POST', `${server.url}/ws/1/abc/xhr`)).status).toBe(503);
    first.terminate();
    await until(() => expect(server.transports.connectionCount).toBe(0));
    expect(await upgrade('/ws')).toMatch(/^HTTP\/1\.1 101 /);
  });

  it('refuses more new connections within a second than allowed', async () => {
    await server.close();
    let now = 1_000_000;
    server = await EchoServer.start({ limits: { connectionsPerSecond: 2 }, now: () => now });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await upgrade('/ws')).slice(9, 12));
    now += 1_000;
    statuses.push((await upgrade('/ws')).slice(9, 12));
    expect(statuses).toEqual(['101', '101', '503', '101']);
  });

  it('rejects options that cannot be served', async () => {
    await expect(EchoServer.start({ path: '/ws/' })).rejects.toThrow(TypeError);
    await expect(EchoServer.start({ responseHeaders: { a: 'b\r\nc' } })).rejects.toThrow(TypeError);
  });
});
