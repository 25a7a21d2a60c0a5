import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerHeaders } from './answer-headers.js';
import type { EndpointPath, Route } from './endpoint-path.js';
import type { OriginPolicy } from './origin-policy.js';
import { RawConnection } from './raw.connection.js';
import type { SockJsSessions } from './sockjs-sessions.js';
import { SockJsWebSocketConnection } from './sockjs-websocket.connection.js';
import { type TransportContext, originOf } from './transport-context.js';
import { refuseUpgrade } from './upgrade-refusal.js';

const SUB_PROTOCOLS: ReadonlySet<string> = new Set(['v10.stomp', 'v11.stomp', 'v12.stomp']);

/** WebSocket handshakes: raw at the endpoint and below `/websocket`, SockJS at `/{server}/{session}/websocket`. */
export class WebSocketUpgrade {
  private readonly server: WebSocketServer;

  constructor(
    private readonly context: TransportContext,
    private readonly paths: EndpointPath,
    private readonly origins: OriginPolicy,
    private readonly sessions: SockJsSessions,
  ) {
    const { limits } = context.settings;
    const options = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.maxMessageBytes,
      maxFragments: limits.fragments,
      maxBufferedChunks: limits.chunks,
      closeTimeout: limits.closeTimeoutMs,
      handleProtocols: selectProtocol,
    };
    this.server = new WebSocketServer(options);
    this.server.on('headers', (lines, request) => {
      for (const [name, value] of Object.entries(answerHeaders(request, context.settings)))
        lines.push(`${name}: ${value}`);
    });
    this.server.on('wsClientError', (error, socket, request) => this.refuse(request, socket, 400, error.message));
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const route = this.paths.getRoute(request.url ?? '');
    if (this.isRefused(request, socket, route)) return;
    this.server.handleUpgrade(request, socket, head, (ws) => this.opened(ws, socket, request, route));
  }

  private isRefused(request: IncomingMessage, socket: Duplex, route: Route): boolean {
    if (!this.origins.allows(request)) return this.refuse(request, socket, 403, 'Invalid CORS request');
    const allow = allowedMethods(route);
    if (allow === undefined) return this.refuse(request, socket, 404, '');
    if (request.method !== 'GET') return this.refuse(request, socket, 405, '', { Allow: allow });
    if (request.headers['sec-websocket-version'] !== '13')
      return this.refuse(request, socket, 426, '', { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' });
    if ('session' in route && this.sessions.has(route.session)) return this.refuse(request, socket, 404, '');
    if (!this.context.live.admit()) return this.refuse(request, socket, 503, '', { 'Retry-After': '1' });
    return false;
  }

  private refuse(
    request: IncomingMessage,
    socket: Duplex,
    status: number,
    body: string,
    headers: Readonly<Record<string, string>> = {},
  ): true {
    refuseUpgrade(socket, status, body, { ...answerHeaders(request, this.context.settings), ...headers });
    return true;
  }

  private opened(ws: WebSocket, socket: Duplex, request: IncomingMessage, route: Route): void {
    const origin = originOf(request);
    if (route.kind !== 'sockjs-websocket') {
      this.context.live.add(new RawConnection(origin, ws, socket, this.context));
      return;
    }
    const connection = new SockJsWebSocketConnection(origin, ws, socket, this.context);
    this.sessions.reserve(route.session);
    ws.on('close', () => this.sessions.delete(route.session));
    connection.open();
    this.context.live.add(connection);
  }
}

/** The first of the client's order that is known, as the client wrote it; no header when there is none (fact 3). */
function selectProtocol(offered: ReadonlySet<string>): string | false {
  return [...offered].find((name) => SUB_PROTOCOLS.has(name.toLowerCase())) ?? false;
}

/** Undefined where there is no WebSocket. */
function allowedMethods(route: Route): string | undefined {
  if (route.kind === 'sockjs-websocket') return 'GET';
  return route.kind === 'greeting' || route.kind === 'raw-websocket' ? 'GET,CONNECT' : undefined;
}
