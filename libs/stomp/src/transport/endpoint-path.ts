/** What a path below the endpoint stands for. `receive` transports carry frames to the client, `xhr_send` carries them from it. */
export type Route =
  | { readonly kind: 'greeting' | 'info' | 'raw-websocket' | 'unknown' }
  | { readonly kind: 'sockjs-websocket' | 'send'; readonly session: string }
  | { readonly kind: 'receive'; readonly session: string; readonly transport: ReceiveTransport };

export type ReceiveTransport = 'xhr-polling' | 'xhr-streaming' | 'eventsource';

const RECEIVE: Readonly<Record<string, ReceiveTransport>> = {
  xhr: 'xhr-polling',
  xhr_streaming: 'xhr-streaming',
  eventsource: 'eventsource',
};

/** Paths of one endpoint. Nothing is decoded or normalised: SockJS clients send their segments as plain words. */
export class EndpointPath {
  constructor(
    private readonly base: string,
    private readonly sessionIdLength: number,
  ) {}

  /** Whether a request target is the endpoint or below it. */
  owns(url: string): boolean {
    const path = withoutQuery(url);
    return path === this.base || path.startsWith(`${this.base}/`);
  }

  /** The route of a request target that it owns. */
  getRoute(url: string): Route {
    const rest = withoutQuery(url).slice(this.base.length);
    if (rest === '' || rest === '/') return { kind: 'greeting' };
    if (rest === '/info') return { kind: 'info' };
    if (rest === '/websocket') return { kind: 'raw-websocket' };
    return this.sessionRoute(rest.slice(1).split('/'));
  }

  /** `{server}/{session}/{transport}`; the server segment means nothing (fact 88). */
  private sessionRoute(segments: readonly string[]): Route {
    const [server = '', session = '', transport = ''] = segments;
    if (segments.length !== 3 || !this.isName(server) || !this.isName(session)) return { kind: 'unknown' };
    if (transport === 'websocket') return { kind: 'sockjs-websocket', session };
    if (transport === 'xhr_send') return { kind: 'send', session };
    const receive = Object.hasOwn(RECEIVE, transport) ? RECEIVE[transport] : undefined;
    return receive ? { kind: 'receive', session, transport: receive } : { kind: 'unknown' };
  }

  private isName(segment: string): boolean {
    return segment !== '' && segment.length <= this.sessionIdLength && !segment.includes('.');
  }
}

function withoutQuery(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
