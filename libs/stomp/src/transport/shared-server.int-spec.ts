import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { EchoServer } from './echo-server.fixture.js';
import { createTransports } from './transports.js';
import { until } from './until.fixture.js';
import { RawSocket, ask, upgradeHead } from './wire.fixture.js';

let server: EchoServer;

afterEach(async () => server.close());

const other = (request: IncomingMessage, response: ServerResponse): void => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
  request.on('end', () => response.end(`other ${request.method} ${request.url} ${body}`));
};

describe('an endpoint on a server that serves others', () => {
  it('takes its own paths first and leaves all else alone', async () => {
    const seen: (string | undefined)[] = [];
    const http = createServer((request, response) => {
      seen.push(request.url);
      other(request, response);
    });
    server = await EchoServer.start({ httpServer: http });
    expect((await ask('GET', `${server.url}/ws/info`)).status).toBe(200);
    expect((await ask('GET', `${server.url}/ws/nothing`)).status).toBe(404);
    expect((await ask('POST', `${server.url}/wsx`, { body: 'b' })).body).toBe('other POST /wsx b');
    expect((await ask('GET', `${server.url}/api/x?y`)).body).toBe('other GET /api/x?y ');
    expect(seen).toEqual(['/wsx', '/api/x?y']);
  });

  it('serves several requests of one connection, its own and others, in order', async () => {
    server = await EchoServer.start({ httpServer: createServer(other) });
    const raw = await RawSocket.to(server.port);
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    raw.write(get('/ws') + get('/a') + get('/ws/') + get('/b'));
    await until(() => expect(raw.text).toMatch(/Welcome[^]*other GET \/a[^]*Welcome[^]*other GET \/b/));
    raw.socket.destroy();
  });

  it('keeps a listener for Expect that was there, and goes before it', async () => {
    const http = createServer(other);
    http.on('checkContinue', (_, response: ServerResponse) => {
      response.statusCode = 417;
      response.end();
    });
    server = await EchoServer.start({ httpServer: http });
    const post = async (path: string): Promise<RawSocket> => {
      const raw = await RawSocket.to(server.port);
      raw.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n`);
      return raw;
    };
    await ask('POST', `${server.url}/ws/1/abc/xhr`);
    const mine = await post('/ws/1/abc/xhr_send');
    await until(() => expect(mine.text).toContain('HTTP/1.1 100 Continue'));
    mine.write('["x"]');
    await until(() => expect(mine.text).toContain('HTTP/1.1 204 '));
    mine.socket.destroy();
    const theirs = await post('/other');
    await until(() => expect(theirs.text).toContain('HTTP/1.1 417 '));
    theirs.socket.destroy();
  });

  it('stands beside another endpoint and another owner of upgrades', async () => {
    const http = createServer(other);
    const owner = (request: IncomingMessage, socket: Duplex): void => {
      const answer = request.url === '/hmr' ? '101 mine' : request.url === '/unknown' ? '410 owner knows' : undefined;
      setImmediate(() => answer && socket.end(`HTTP/1.1 ${answer}\r\n\r\n`));
    };
    http.on('upgrade', owner);
    server = await EchoServer.start({ httpServer: http });
    const second = createTransports(http, { path: '/chat/live', allowedOrigins: [] }, (c) =>
      c.listen({ data() {}, closed() {} }),
    );
    const head = async (path: string): Promise<string> => {
      const raw = await RawSocket.to(server.port);
      raw.write(upgradeHead(path));
      await until(() => expect(raw.text).toContain('\r\n\r\n'));
      raw.socket.destroy();
      return raw.text.slice(0, raw.text.indexOf('\r\n'));
    };
    expect(await head('/hmr')).toBe('HTTP/1.1 101 mine');
    expect(await head('/unknown')).toBe('HTTP/1.1 410 owner knows');
    expect(await head('/ws')).toBe('HTTP/1.1 101 Switching Protocols');
    expect(await head('/chat/live')).toBe('HTTP/1.1 101 Switching Protocols');
    expect((await ask('GET', `${server.url}/chat/live/info`)).status).toBe(200);
    expect((await ask('GET', `${server.url}/chat`)).body).toBe('other GET /chat ');
    http.off('upgrade', owner);
    expect(await head('/unknown')).toBe('HTTP/1.1 404 Not Found');
    await second.close(1001, '');
  });

  it('serves a request that offers an upgrade nobody knows as if it had not (Java offers h2c)', async () => {
    server = await EchoServer.start({ httpServer: createServer(other) });
    const raw = await RawSocket.to(server.port);
    const offer = {
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    };
    raw.write(`${upgradeHead('/api', { ...offer, 'Content-Length': '4' }, 'POST')}body`);
    await until(() => expect(raw.text).toContain('other POST /api body'));
    raw.write(upgradeHead('/ws/info', offer));
    await until(() => expect(raw.text).toContain('"cookie_needed"'));
    raw.write(upgradeHead('/ws/websocket', { ...offer, Connection: 'upgrade, close' }));
    await until(() => expect(raw.closed).toBe(true));
    expect(raw.text).toContain('HTTP/1.1 400 ');
    expect(raw.text).toContain('Can "Upgrade" only to "WebSocket".');
  });

  it('gives the server back when it closes', async () => {
    const http = createServer(other);
    server = await EchoServer.start({ httpServer: http });
    expect(http.listeners('request')).not.toContain(other);
    expect(http.listenerCount('upgrade')).toBe(1);
    const mine = http.listeners('request')[0];
    await server.close();
    expect(http.listeners('request')).toContain(other);
    expect(http.listeners('request')).not.toContain(mine);
    expect(http.listenerCount('upgrade')).toBe(0);
  });

  it('survives a client that vanishes in the middle of a handshake', async () => {
    server = await EchoServer.start();
    for (const path of ['/ws', '/nobody', '/ws/info']) {
      const raw = await RawSocket.to(server.port);
      raw.write(upgradeHead(path, { Origin: path === '/ws' ? 'null' : '' }));
      raw.socket.resetAndDestroy();
    }
    expect((await ask('GET', `${server.url}/ws`)).status).toBe(200);
    await until(() => expect(server.transports.connectionCount).toBe(0));
  });
});
