import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerHeaders } from './answer-headers.js';
import type { EndpointPath, ReceiveTransport, Route } from './endpoint-path.js';
import { NO_CACHE, allowOrigin, answer, answerOptions } from './http-answer.js';
import type { OriginPolicy } from './origin-policy.js';
import { ReceivingResponse } from './receiving-response.js';
import { readBody } from './request-body.js';
import { parseMessages } from './sockjs-frame.js';
import type { SockJsSession } from './sockjs-session.js';
import type { SockJsSessions } from './sockjs-sessions.js';
import type { TransportContext } from './transport-context.js';

/** All plain HTTP below the endpoint: SockJS 0.3.3 without jsonp, htmlfile and the iframe page (decision 15). */
export class SockJsHttp {
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true });

  constructor(
    private readonly context: TransportContext,
    private readonly paths: EndpointPath,
    private readonly origins: OriginPolicy,
    private readonly sessions: SockJsSessions,
  ) {}

  request(request: IncomingMessage, response: ServerResponse): void {
    const route = this.paths.getRoute(request.url ?? '');
    for (const [name, value] of Object.entries(answerHeaders(request, this.context.settings)))
      response.setHeader(name, value);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Vary', 'Origin');
    if (this.origins.allows(request)) {
      allowOrigin(request, response);
      this.handle(route, request, response);
    } else answer(response, 403, 'Invalid CORS request');
  }

  private handle(route: Route, request: IncomingMessage, response: ServerResponse): void {
    const { accepted, allow } = methodsOf(route);
    if (accepted.length === 0) answer(response, 404);
    else if (request.method === 'OPTIONS') answerOptions(request, response, this.context.settings.now());
    else if (!accepted.includes(request.method ?? '')) answer(response, 405, '', { Allow: allow });
    else if (route.kind === 'greeting') answer(response, 200, 'Welcome to SockJS!\n');
    else if (route.kind === 'info') this.info(response);
    else if (route.kind === 'receive') this.receive(route.session, route.transport, request, response);
    else if (route.kind === 'send') void this.send(route.session, request, response);
    else answer(response, 400, 'Can "Upgrade" only to "WebSocket".');
  }

  private info(response: ServerResponse): void {
    const body = { entropy: this.context.settings.entropy(), origins: ['*:*'], cookie_needed: false, websocket: true };
    answer(response, 200, JSON.stringify(body), {
      'Content-Type': 'application/json;charset=UTF-8',
      'Cache-Control': NO_CACHE,
    });
  }

  private receive(id: string, transport: ReceiveTransport, request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const known = this.sessions.has(id);
    const session = this.sessions.find(id);
    if (known && (session?.transport !== transport || !session.belongsTo(request.headers.origin))) {
      answer(response, 404);
      return;
    }
    if (!session && !this.context.live.admit()) {
      answer(response, 503, '', { 'Retry-After': '1' });
      return;
    }
    const { limits, now } = this.context.settings;
    const opened = session ?? this.sessions.open(id, transport, request);
    opened.belongsTo(request.headers.origin);
    opened.attach(new ReceivingResponse(response, transport, limits.responseBytes, now()));
  }

  private async send(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = this.sessions.find(id);
    if (!session || session.isOver || !session.belongsTo(request.headers.origin)) {
      answer(response, 404);
      return;
    }
    if (!session.beginSend()) {
      answer(response, 503, '', { 'Retry-After': '1' });
      return;
    }
    try {
      const body = await readBody(request, this.context.settings.limits.maxMessageBytes);
      await this.deliver(session, body, response);
    } finally {
      session.endSend();
    }
  }

  private async deliver(
    session: SockJsSession,
    body: Buffer | 'too large' | 'aborted',
    response: ServerResponse,
  ): Promise<void> {
    if (body === 'aborted') return;
    if (body === 'too large') {
      answer(response, 413);
      return;
    }
    const text = this.messagesOf(body);
    if (body.length === 0) answer(response, 500, 'Payload expected.');
    else if (text === undefined) answer(response, 500, 'Broken JSON encoding.');
    else if (session.isOver) answer(response, 404);
    else {
      await session.receive(text);
      answer(response, 204, '', { 'Cache-Control': NO_CACHE });
    }
  }

  private messagesOf(body: Buffer): string | undefined {
    try {
      return parseMessages(this.utf8.decode(body));
    } catch {
      return undefined;
    }
  }
}

interface Methods {
  readonly accepted: readonly string[];
  /** As Spring tells it (facts 5, 87 and 94). */
  readonly allow: string;
}

/** HEAD is answered where GET has one whole answer; nothing is accepted where there is nothing. */
const METHODS: Readonly<Record<Route['kind'], Methods>> = {
  unknown: { accepted: [], allow: '' },
  greeting: { accepted: ['GET', 'HEAD'], allow: 'GET' },
  info: { accepted: ['GET', 'HEAD'], allow: 'GET,OPTIONS' },
  'raw-websocket': { accepted: ['GET'], allow: 'GET,CONNECT' },
  'sockjs-websocket': { accepted: ['GET'], allow: 'GET' },
  send: { accepted: ['POST'], allow: 'POST,OPTIONS' },
  receive: { accepted: ['POST'], allow: 'POST,OPTIONS' },
};

function methodsOf(route: Route): Methods {
  const isEventSource = route.kind === 'receive' && route.transport === 'eventsource';
  return METHODS[isEventSource ? 'sockjs-websocket' : route.kind];
}
