import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { AppError, SERVICES } from '@app/contracts';
import { Metrics } from '@app/observability';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { EdgeAnswers, EdgeSettings, type EdgeRequest } from '../edge/index.js';
import { ProxyService, SESSION_GONE, UpstreamDirectory, type Upstream } from '../proxy/index.js';
import { sockJsSessionOf } from '../routes/index.js';
import { closingHead, readAnswer, type ServiceAnswer } from './service-answer.js';
import { Tunnel } from './tunnel.js';

const ANSWER_MS = 10_000;
/** A refused upgrade's answer is small; its connection does not stay. */
const REFUSAL_MS = 5_000;
const KEEP_ALIVE_MS = 60_000;

/** WebSocket upgrades: the request is replayed to a chat instance, whose 101 comes back as it is; from then on bytes pass unread. */
@Injectable()
export class UpgradeService implements BeforeApplicationShutdown {
  private readonly tunnels = new Set<Tunnel>();
  private draining = false;

  constructor(
    private readonly upstreams: UpstreamDirectory,
    private readonly proxy: ProxyService,
    private readonly answers: EdgeAnswers,
    private readonly settings: EdgeSettings,
    metrics: Metrics,
  ) {
    metrics.gauge({ name: 'gateway_tunnels', help: 'Open WebSocket tunnels', collect: () => this.tunnels.size });
  }

  /** Never rejects. `head`: what the client sent right behind its request. */
  async open(request: EdgeRequest, client: Socket, head: Buffer): Promise<void> {
    client.on('error', () => client.destroy());
    let service: Socket | null = null;
    try {
      service = await this.connectTo(request);
      if (client.destroyed) return void service.destroy();
      client.once('close', () => service?.destroy());
      service.write(this.headOf(request));
      const answer = await readAnswer(service, ANSWER_MS);
      if (answer.status === 101) this.tunnel(client, service, head, answer);
      else this.passRefusal(client, service, answer);
    } catch (error) {
      service?.destroy();
      if (client.writable) this.answers.refuseUpgrade(request, client, asUnavailable(error));
    }
    return undefined;
  }

  /** Tells every client to come back to another gateway, spread over a while so that they do not all come at once. */
  async beforeApplicationShutdown(): Promise<void> {
    this.draining = true;
    const { spreadMs } = this.settings.shutdown;
    const count = this.tunnels.size;
    const drained = [...this.tunnels].map(async (tunnel, index) => {
      await new Promise((resolve) => setTimeout(resolve, (spreadMs * index) / count));
      await tunnel.drain();
    });
    await Promise.all(drained);
  }

  private async connectTo(request: EdgeRequest): Promise<Socket> {
    if (this.draining) throw new AppError('UNAVAILABLE');
    const group = this.upstreams.of(SERVICES.chat);
    const session = sockJsSessionOf(request.path);
    const tried: Upstream[] = [];
    for (;;) {
      const upstream = session === null ? group.next(tried) : group.ofSession(session);
      if (upstream === SESSION_GONE) throw new AppError('NOT_FOUND', { message: 'The session has ended' });
      if (upstream === null || tried.includes(upstream)) throw new AppError('UNAVAILABLE');
      try {
        return await dial(upstream);
      } catch (error) {
        this.proxy.noteFailure(request, upstream, error as Error);
        upstream.rest();
        if (session !== null) group.forgetSession(session);
        tried.push(upstream);
      }
    }
  }

  private headOf(request: EdgeRequest): string {
    const { raw } = request;
    const headers = this.proxy.headersFor(request, true);
    const lines = [`${raw.method} ${raw.url} HTTP/1.1`];
    for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
    return `${lines.join('\r\n')}\r\n\r\n`;
  }

  private tunnel(client: Socket, service: Socket, head: Buffer, answer: ServiceAnswer): void {
    client.write(answer.head);
    if (head.length > 0) service.write(head);
    for (const socket of [client, service]) socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS).setTimeout(0);
    const tunnel = new Tunnel(client, service, answer.rest);
    this.tunnels.add(tunnel);
    void tunnel.ended.then(() => this.tunnels.delete(tunnel));
    if (this.draining) void tunnel.drain();
  }

  /** What the client sends behind a refused upgrade goes nowhere: it could be read as a second request (security.md S57). */
  private passRefusal(client: Socket, service: Socket, answer: ServiceAnswer): void {
    client.write(closingHead(answer.head));
    if (answer.rest.length > 0) client.write(answer.rest);
    service.pipe(client);
    service.end();
    client.resume();
    setTimeout(() => client.destroy(), REFUSAL_MS).unref();
  }
}

function dial({ instance, connectTimeoutMs }: Upstream): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: instance.host, port: instance.port, allowHalfOpen: true, noDelay: true });
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection in ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    socket.once('error', reject);
    socket.once('close', () => clearTimeout(timer));
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', reject).on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

const asUnavailable = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('UNAVAILABLE', { cause: error });

/** Does the request ask for a WebSocket, rather than for HTTP/2 in the clear, as some clients do by default? */
export const wantsWebSocket = ({ headers, method }: IncomingMessage): boolean =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
