import type { IncomingMessage } from 'node:http';
import type { ReceiveTransport } from './endpoint-path.js';
import { SockJsSession } from './sockjs-session.js';
import { type TransportContext, originOf } from './transport-context.js';

/** SockJS sessions by the id the client chose; a WebSocket's id is taken as well, but nothing else can address it. */
export class SockJsSessions {
  private readonly byId = new Map<string, SockJsSession | undefined>();

  constructor(private readonly context: TransportContext) {}

  has(id: string): boolean {
    return this.byId.has(id);
  }

  find(id: string): SockJsSession | undefined {
    return this.byId.get(id);
  }

  open(id: string, transport: ReceiveTransport, request: IncomingMessage): SockJsSession {
    const session = new SockJsSession(originOf(request), transport, this.context, () => this.byId.delete(id));
    this.byId.set(id, session);
    this.context.live.add(session);
    return session;
  }

  /** Takes the id for a WebSocket, until {@link delete}. */
  reserve(id: string): void {
    this.byId.set(id, undefined);
  }

  delete(id: string): void {
    this.byId.delete(id);
  }

  /** Forgets the sessions that are over and only kept to tell late clients. */
  clear(): void {
    for (const session of this.byId.values()) session?.dispose();
    this.byId.clear();
  }
}
