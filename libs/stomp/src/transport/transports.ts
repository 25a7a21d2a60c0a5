import type { Server } from 'node:http';
import { EndpointPath } from './endpoint-path.js';
import { attachEndpoint } from './http-attachment.js';
import { LiveConnections } from './live-connections.js';
import { OriginPolicy } from './origin-policy.js';
import { SockJsHttp } from './sockjs-http.js';
import { TextQuoter } from './sockjs-frame.js';
import { SockJsSessions } from './sockjs-sessions.js';
import type { StompConnection } from './stomp-connection.js';
import { Sweeper } from './sweeper.js';
import type { TransportContext } from './transport-context.js';
import { type TransportOptions, resolveSettings } from './transport-options.js';
import { MessageFramer } from './websocket-frame.js';
import { WebSocketUpgrade } from './websocket-upgrade.js';
import { WriteBatch } from './write-batch.js';

export interface CloseOptions {
  /** Milliseconds after which those that have not gone are terminated; 5,000. */
  readonly withinMs?: number;
  /** Milliseconds over which the closes are spread evenly, so that not all clients come back at once; 0. Counts into `withinMs`. */
  readonly spreadMs?: number;
}

export interface Transports {
  /** Live connections: WebSockets and SockJS sessions. */
  readonly connectionCount: number;
  /** From here on new connections are refused with 503; those that are there go on. */
  drain(): void;
  /**
   * {@link drain}, then closes every connection with the code and reason (flushed, as {@link StompConnection.close}) and resolves when all are
   * gone, after `withinMs` at most; no timer is left. The endpoint answers 503 until the HTTP server closes. Idempotent.
   */
  close(code: number, reason: string, options?: CloseOptions): Promise<void>;
}

/**
 * Serves raw WebSocket at `path` and `path/websocket` and SockJS 0.3.3 below `path` on an HTTP server that others may use as well: what is not
 * below `path` goes on to them; a WebSocket upgrade that nobody owns is answered 404. `onConnection` must call `listen` before it returns.
 * Throws a TypeError for options that cannot be served.
 */
export function createTransports(
  httpServer: Server,
  options: TransportOptions,
  onConnection: (connection: StompConnection) => void,
): Transports {
  const settings = resolveSettings(options);
  const context: TransportContext = {
    settings,
    live: new LiveConnections(settings.limits, settings.now, onConnection),
    sweeper: new Sweeper(settings.limits.sweepMs, settings.now),
    batch: new WriteBatch(),
    framer: new MessageFramer(),
    quoter: new TextQuoter(),
  };
  const paths = new EndpointPath(settings.path, settings.limits.sessionIdLength);
  const origins = new OriginPolicy(settings.allowedOrigins);
  const sessions = new SockJsSessions(context);
  const http = new SockJsHttp(context, paths, origins, sessions);
  const upgrade = new WebSocketUpgrade(context, paths, origins, sessions);
  attachEndpoint(httpServer, {
    owns: (request) => paths.owns(request.url ?? ''),
    request: (request, response) => http.request(request, response),
    upgrade: (request, socket, head) => upgrade.upgrade(request, socket, head),
  });
  return new Endpoint(context.live, sessions);
}

class Endpoint implements Transports {
  constructor(
    private readonly live: LiveConnections,
    private readonly sessions: SockJsSessions,
  ) {}

  get connectionCount(): number {
    return this.live.count;
  }

  drain(): void {
    this.live.drain();
  }

  async close(code: number, reason: string, options: CloseOptions = {}): Promise<void> {
    this.live.drain();
    const timers = this.closeEach(code, reason, options.spreadMs ?? 0);
    timers.push(setTimeout(() => this.terminateAll(), options.withinMs ?? 5_000));
    await this.live.empty();
    for (const timer of timers) clearTimeout(timer);
    this.sessions.clear();
  }

  /** In at most 100 steps. */
  private closeEach(code: number, reason: string, spreadMs: number): NodeJS.Timeout[] {
    const connections = this.live.list();
    if (spreadMs <= 0) {
      for (const connection of connections) connection.close(code, reason);
      return [];
    }
    const step = Math.ceil(connections.length / 100);
    const timers: NodeJS.Timeout[] = [];
    for (let from = 0; from < connections.length; from += step) {
      const closeStep = (): void => connections.slice(from, from + step).forEach((c) => c.close(code, reason));
      timers.push(setTimeout(closeStep, (spreadMs * from) / connections.length));
    }
    return timers;
  }

  private terminateAll(): void {
    for (const connection of this.live.list()) connection.terminate();
  }
}
