import { once } from 'node:events';
import { createServer as createTcpServer, connect, type AddressInfo, type Socket } from 'node:net';
import { SERVICES } from '@app/contracts';
import { announce } from '@app/discovery';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import { Gateway, ORIGIN, Upstream } from './gateway-harness.js';

/** The upstreams take WebSockets anywhere, choose `v12.stomp`, echo what comes, and name themselves in the 101. */
async function withChats(ids: readonly string[] = ['chat-1'], env: Readonly<Record<string, string>> = {}) {
  const system = await Gateway.withServices(ids, env);
  const asked: string[] = [];
  const servers = system.chats.map((chat) => {
    const server = new WebSocketServer({
      noServer: true,
      handleProtocols: (names) => (names.has('v12.stomp') ? 'v12.stomp' : false),
    });
    server.on('headers', (headers) => headers.push(`x-instance-id: ${chat.id}`));
    server.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
    chat.server.on('upgrade', (request, socket, head) => {
      asked.push(`${chat.id} ${request.url}`);
      chat.seen.push({ method: 'UPGRADE', url: request.url ?? '', headers: request.headers, body: '' });
      server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
    });
    return server;
  });
  return { ...system, asked, servers };
}

interface Opened {
  readonly socket: WebSocket;
  readonly headers: Record<string, unknown>;
  readonly received: string[];
  readonly closed: Promise<number>;
}

async function open(gateway: Gateway, path = '/ws', options: object = {}): Promise<Opened> {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, ['v12.stomp', 'v11.stomp'], options);
  onTestFinished(() => socket.terminate());
  socket.on('error', () => undefined);
  const received: string[] = [];
  socket.on('message', (data: RawData) => received.push((data as Buffer).toString()));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const [[response]] = (await Promise.all([once(socket, 'upgrade'), once(socket, 'open')])) as [
    [{ headers: Record<string, unknown> }],
    unknown,
  ];
  return { socket, headers: response.headers, received, closed };
}

/** The status of an upgrade that was refused, and the body. */
async function refused(
  gateway: Gateway,
  path: string,
  options: object = {},
): Promise<[number, string, Record<string, unknown>]> {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, options);
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return [response.statusCode, body, response.headers];
}

describe('a WebSocket', () => {
  it("passes through, with the chat instance's own 101", async () => {
    const { gateway, chat } = await withChats();
    const { socket, headers, received } = await open(gateway, '/ws?x=1', {
      headers: { 'x-request-id': 'r-1', 'x-user-id': '1' },
    });
    expect([socket.protocol, headers['x-instance-id']]).toEqual(['v12.stomp', 'chat-1']);
    socket.send('hello');
    socket.send('x'.repeat(300_000));
    await vi.waitFor(() => expect(received).toEqual(['hello', 'x'.repeat(300_000)]));
    expect(chat.seen[0]?.url).toBe('/ws?x=1');
    expect(chat.seen[0]?.headers).toMatchObject({ 'x-request-id': 'r-1', 'x-forwarded-for': '127.0.0.1' });
    expect(chat.seen[0]?.headers).not.toHaveProperty('x-user-id');
  });

  it('that the client closes is closed at the chat instance with its code', async () => {
    const { gateway, servers } = await withChats();
    const { socket, closed } = await open(gateway);
    const [atChat] = [...servers[0]!.clients];
    const codes = once(atChat!, 'close');
    socket.close(4001, 'enough');
    expect([(await codes)[0], await closed]).toEqual([4001, 4001]);
  });

  it('that the chat instance closes is closed at the client with its code', async () => {
    const { gateway, servers } = await withChats();
    const { closed } = await open(gateway);
    for (const client of servers[0]!.clients) client.close(1013, 'slow');
    expect(await closed).toBe(1013);
  });

  it('ends at the chat instance when the client is cut off, and the other way round', async () => {
    const { gateway, servers } = await withChats();
    const one = await open(gateway);
    const [atChat] = [...servers[0]!.clients];
    const gone = once(atChat!, 'close');
    one.socket.terminate();
    expect((await gone)[0]).toBe(1006);
    const other = await open(gateway);
    for (const client of servers[0]!.clients) client.terminate();
    expect(await other.closed).toBe(1006);
  });

  it('may say something right behind its request', async () => {
    const { gateway } = await withChats();
    const socket = connect({ port: gateway.port, host: '127.0.0.1' });
    onTestFinished(() => void socket.destroy());
    const frame = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
    const head = `GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`;
    socket.write(Buffer.concat([Buffer.from(head), frame]));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    await vi.waitFor(() => expect(answer).toMatch(/^HTTP\/1\.1 101 [^]*\r\n\r\n\x81\x02hi$/));
  });

  it('takes turns among the instances', async () => {
    const { gateway, asked } = await withChats(['chat-1', 'chat-2']);
    for (let i = 0; i < 4; i += 1) await open(gateway);
    expect(asked.toSorted()).toEqual(['chat-1 /ws', 'chat-1 /ws', 'chat-2 /ws', 'chat-2 /ws']);
  });

  it('finds another instance when one refuses the connection', async () => {
    const { gateway, chats } = await withChats(['chat-1', 'chat-2']);
    await chats[0]!.stop();
    for (let i = 0; i < 3; i += 1) expect((await open(gateway)).headers['x-instance-id']).toBe('chat-2');
  });

  it('is refused with 503 when there is no chat', async () => {
    const gateway = await Gateway.start();
    const [status, body, headers] = await refused(gateway, '/ws', { headers: { 'x-request-id': 'r-7' } });
    expect([status, headers['retry-after'], headers['x-request-id']]).toEqual([503, '1', 'r-7']);
    expect(JSON.parse(body)).toMatchObject({ code: 'UNAVAILABLE', path: '/ws', requestId: 'r-7' });
  });

  it('is refused with 503 when the instance gives no HTTP answer', async () => {
    const gateway = await Gateway.start();
    const server = createTcpServer((socket) => void socket.on('error', () => undefined).end('SSH-2.0\r\n\r\n'));
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    await announce(gateway.registry, SERVICES.chat, 'odd', server);
    expect((await refused(gateway, '/ws'))[0]).toBe(503);
  });
});

describe('an upgrade that the chat instance refuses', () => {
  it('comes back with its status, headers and body', async () => {
    const { gateway, chat } = await Gateway.withServices();
    chat.server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nx-instance-id: chat-1\r\nContent-Length: 5\r\n\r\nnever');
    });
    const [status, body, headers] = await refused(gateway, '/ws', { origin: 'http://evil.example' });
    expect([status, body, headers['x-instance-id']]).toEqual([403, 'never', 'chat-1']);
  });

  it('lets nothing ride behind it to the chat instance', async () => {
    const { gateway, chat } = await Gateway.withServices();
    const reached: string[] = [];
    chat.server.on('upgrade', (_request, socket: Socket) => {
      socket.on('data', (chunk: Buffer) => reached.push(chunk.toString()));
      socket.write('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n');
      socket.on('end', () => socket.end());
    });
    const upgrade =
      'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 77\r\n\r\n';
    const smuggled = 'GET /api/chat/messages/1/2 HTTP/1.1\r\nHost: a\r\n\r\n';
    const answer = await gateway.raw(upgrade + smuggled);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 426']);
    expect(answer).toContain('Connection: close');
    expect([reached, chat.seen]).toEqual([[], []]);
  });
});

describe('an upgrade to something else', () => {
  it.each([
    ['HTTP/2 in the clear', 'h2c', '/ws/info'],
    ['HTTP/2 on an API path', 'h2c', '/api/groups'],
    ['a WebSocket on an API path', 'websocket', '/api/groups'],
  ])('%s is served as the plain request that it is', async (_what, protocol, path) => {
    const { gateway, chat } = await withChats();
    chat.answer = (request, response) => void request.on('end', () => response.end('plain'));
    const answer = await gateway.raw(
      [
        `POST ${path} HTTP/1.1`,
        'Host: a',
        `Authorization: Bearer ${gateway.token()}`,
        'Connection: Upgrade, HTTP2-Settings',
        `Upgrade: ${protocol}`,
        'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
        'Content-Length: 4',
        '',
        'bodyGET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      ].join('\r\n'),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*plain[^]*HTTP\/1\.1 200 OK/);
    expect(chat.seen.map(({ method, body }) => [method, body])).toEqual([['POST', 'body']]);
  });

  it('needs a token where the plain request needs one', async () => {
    const { gateway, chat } = await withChats();
    const answer = await gateway.raw(
      'GET /api/groups HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401/);
    expect(chat.seen).toEqual([]);
  });
});

describe('a SockJS session', () => {
  const ids = ['chat-1', 'chat-2', 'chat-3'];
  const ask = async (gateway: Gateway, session: string, what = 'xhr') => {
    const response = await gateway.fetch(`/ws/000/${session}/${what}`, { method: 'POST' }, null);
    return [response.status, response.headers.get('x-instance-id')];
  };

  it('stays with one instance, whatever its transport, also when others come', async () => {
    const { gateway, asked } = await withChats(ids);
    const before = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(gateway, `s${i}`)));
    expect(new Set(before.map(([, id]) => id)).size).toBeGreaterThan(1);
    for (const id of ['chat-4', 'chat-5']) await gateway.register(await Upstream.start(id), SERVICES.chat);
    const after = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(gateway, `s${i}`, 'xhr_send')));
    expect(after).toEqual(before);
    await open(gateway, '/ws/000/s0/websocket');
    expect(asked).toEqual([`${before[0]![1]} /ws/000/s0/websocket`]);
  });

  it('is 404 once its instance has left, so that its client starts anew', async () => {
    const { gateway, registrations } = await withChats(ids);
    const sessions = Array.from({ length: 30 }, (_, i) => `s${i}`);
    const holders = new Map(await Promise.all(sessions.map(async (s) => [s, (await ask(gateway, s))[1]] as const)));
    const lost = sessions.find((session) => holders.get(session) === 'chat-1')!;
    await registrations[0]!.deregister();
    await vi.waitFor(async () => expect((await ask(gateway, lost, 'xhr_send'))[0]).toBe(404));
    expect((await ask(gateway, lost))[1]).toMatch(/^chat-[23]$/);
  });

  it('moves on when its instance cannot be reached any more', async () => {
    const { gateway, chats } = await withChats(['chat-1', 'chat-2']);
    await chats[0]!.stop();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(gateway, `s${i}`)));
    expect(new Set(answers.map(String))).toEqual(new Set(['200,chat-2']));
    expect(await Promise.all(Array.from({ length: 20 }, (_, i) => ask(gateway, `s${i}`, 'xhr_send')))).toEqual(answers);
  });

  it('answers 503 when no instance can be reached', async () => {
    const { gateway, chat } = await withChats();
    await chat.stop();
    expect((await ask(gateway, 's'))[0]).toBe(503);
    expect((await refused(gateway, '/ws/0/s/websocket'))[0]).toBe(503);
  });
});

describe('a gateway that shuts down', () => {
  it('tells its sockets to come back elsewhere, and refuses new ones', async () => {
    const { gateway } = await withChats(['chat-1'], { SHUTDOWN_SPREAD_MS: '50' });
    const sockets = await Promise.all(Array.from({ length: 5 }, () => open(gateway)));
    const closing = gateway.app.close();
    await vi.waitFor(async () => expect((await refused(gateway, '/ws'))[0]).toBe(503));
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual(Array(5).fill(1012));
    await closing;
  });
});

describe('the chat port', () => {
  const port = async (gateway: Gateway): Promise<number> => {
    const { ChatPortListener } = await import('../src/door/index.js');
    return gateway.app.get(ChatPortListener).port!;
  };

  it('serves the live and chat paths, and nothing else', async () => {
    const { gateway, chat } = await withChats(['chat-1'], { GATEWAY_CHAT_PORT: '0' });
    const at = `http://127.0.0.1:${await port(gateway)}`;
    const headers = { authorization: `Bearer ${gateway.token()}`, origin: ORIGIN };
    const status = async (path: string, withToken = true) =>
      (await fetch(at + path, { headers: withToken ? headers : {} })).status;
    expect(
      await Promise.all(['/ws/info', '/api/chat/conversations', '/api/groups/1'].map((path) => status(path))),
    ).toEqual([200, 200, 200]);
    expect(await status('/ws/info', false)).toBe(200);
    expect(await status('/api/groups/1', false)).toBe(401);
    expect(await Promise.all(['/api/auth/profile', '/docs', '/health/ready', '/'].map((path) => status(path)))).toEqual(
      [404, 404, 404, 404],
    );
    expect(chat.seen).toHaveLength(4);
    const socket = new WebSocket(`${at.replace('http', 'ws')}/ws`, ['v12.stomp']);
    await once(socket, 'open');
    socket.terminate();
  });

  it('is closed by default, and closes with the gateway', async () => {
    const off = await Gateway.start();
    expect(await port(off)).toBeNull();
    const on = await Gateway.start({ GATEWAY_CHAT_PORT: '0' });
    const at = await port(on);
    await on.app.close();
    const probe = connect({ port: at, host: '127.0.0.1' });
    expect((await once(probe, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('that is taken stops the start', async () => {
    const taken = createTcpServer();
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void taken.close());
    const { port: number } = taken.address() as AddressInfo;
    await expect(Gateway.start({ GATEWAY_CHAT_PORT: String(number) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port: number,
    });
  });
});
