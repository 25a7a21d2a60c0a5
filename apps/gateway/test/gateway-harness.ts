import 'reflect-metadata';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { loadConfig } from '@app/config';
import { SERVICES, type Role, type ServiceName } from '@app/contracts';
import { StaticServiceRegistry, announce, type Registration } from '@app/discovery';
import { createLogger } from '@app/observability';
import { TokenService } from '@app/security';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { onTestFinished } from 'vitest';
import { createGatewayApp } from '../src/index.js';

export const ORIGIN = 'http://localhost:5173';
const SECRET = 'the secret of the tests, long enough for HS256';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  body: string;
}

/** A server that stands where a service would, and answers as the test says. */
export class Upstream {
  readonly seen: Seen[] = [];
  readonly sockets = new Set<Socket>();
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    void response.end('ok');

  private constructor(
    readonly id: string,
    readonly server: Server,
  ) {}

  static async start(id: string): Promise<Upstream> {
    const server = createServer();
    const upstream = new Upstream(id, server);
    server.on('connection', (socket) => upstream.sockets.add(socket));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { method = '', url = '', headers } = request;
      const seen = { method, url, headers, body: '' };
      upstream.seen.push(seen);
      request.on('data', (chunk: Buffer) => (seen.body += chunk.toString()));
      request.on('error', () => undefined);
      response.setHeader('x-instance-id', id);
      upstream.answer(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => upstream.stop());
    return upstream;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Nobody listens any more; whoever calls is refused. */
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

export class Gateway {
  readonly registry = new StaticServiceRegistry();
  readonly tokens = new TokenService(Buffer.from(SECRET));
  readonly lines: string[] = [];
  app: NestFastifyApplication;
  port = 0;

  private constructor() {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<Gateway> {
    const gateway = new Gateway();
    const config = loadConfig({ JWT_SECRET: SECRET, GATEWAY_PORT: '0', SHUTDOWN_DRAIN_MS: '500', ...env });
    const logger = createLogger({
      name: 'gateway',
      level: 'debug',
      destination: { write: (line) => void gateway.lines.push(line) },
    });
    gateway.app = await createGatewayApp({ config, logger, registry: gateway.registry, tokens: gateway.tokens });
    onTestFinished(() => gateway.app.close());
    await gateway.app.listen(0, '127.0.0.1');
    gateway.port = (gateway.app.getHttpServer().address() as AddressInfo).port;
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  register(upstream: Upstream, service: ServiceName): Promise<Registration> {
    return announce(this.registry, service, upstream.id, upstream.server);
  }

  /** A gateway with one auth and as many chats as there are ids, all of them passing. */
  static async withServices(chats: readonly string[] = ['chat-1'], env: Readonly<Record<string, string>> = {}) {
    const gateway = await Gateway.start(env);
    const auth = await Upstream.start('auth-1');
    await gateway.register(auth, SERVICES.auth);
    const running = await Promise.all(chats.map((id) => Upstream.start(id)));
    const registrations = await Promise.all(running.map((chat) => gateway.register(chat, SERVICES.chat)));
    return { gateway, auth, chats: running, chat: running[0]!, registrations };
  }

  token(role: Role = 'USER'): string {
    return this.tokens.issue({ id: 7, username: 'ann', role, tokenVersion: 0 });
  }

  fetch(
    path: string,
    init: RequestInit & { readonly duplex?: 'half' } = {},
    token: string | null = this.token(),
  ): Promise<Response> {
    const headers = new Headers(init.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    return fetch(this.url + path, { redirect: 'manual', signal: AbortSignal.timeout(10_000), ...init, headers });
  }

  /** Node's own client, for what fetch does not let one send. */
  request(
    path: string,
    options: { readonly method?: string; readonly headers?: Record<string, string | string[]> } = {},
  ) {
    const { method = 'GET', headers = {} } = options;
    return httpRequest({ port: this.port, host: '127.0.0.1', path, method, headers, agent: false });
  }

  /** Writes the bytes as they stand and reads until the connection ends. */
  async raw(text: string, port = this.port): Promise<string> {
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.write(text, 'latin1');
    await once(socket, 'close');
    return answer;
  }
}

export async function answered(request: ReturnType<Gateway['request']>): Promise<IncomingMessage> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

export async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}
