import { Client, type IFrame, type IMessage, type StompSubscription } from '@stomp/stompjs';
import SockJS from 'sockjs-client';
import { WebSocket } from 'ws';
import { Inbox } from './inbox.js';

export type LiveTransport = 'websocket' | 'sockjs-websocket' | 'xhr-streaming' | 'xhr-polling' | 'eventsource';
export const LIVE_TRANSPORTS: readonly LiveTransport[] = [
  'websocket',
  'sockjs-websocket',
  'xhr-streaming',
  'xhr-polling',
  'eventsource',
];

export interface LiveMessage<T = unknown> {
  readonly destination: string;
  readonly subscription: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: T;
  /** Monotonic milliseconds at arrival. */
  readonly at: number;
}

export interface LiveOptions {
  readonly transport?: LiveTransport;
  /** Path of the raw WebSocket; default `/ws`. */
  readonly path?: string;
  readonly connectHeaders?: Readonly<Record<string, string>>;
  /** [outgoing, incoming] milliseconds; default [10000, 10000]. */
  readonly heartbeat?: readonly [number, number];
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** A real @stomp/stompjs client on any transport, with inboxes instead of callbacks. It never reconnects by itself. */
export class LiveClient {
  readonly errors = new Inbox<IFrame>('ERROR frames');
  /** One entry once the connection is over: its close code. */
  readonly closes = new Inbox<number>('close');
  private readonly client: Client;
  private socket: WebSocket | SockJS | undefined;
  private ids = 0;

  private constructor(
    private readonly baseUrl: string,
    token: string | null,
    private readonly options: LiveOptions,
  ) {
    const [outgoing, incoming] = options.heartbeat ?? [10_000, 10_000];
    this.client = new Client({
      webSocketFactory: () => this.open(),
      connectHeaders: { ...(token === null ? {} : { Authorization: `Bearer ${token}` }), ...options.connectHeaders },
      heartbeatOutgoing: outgoing,
      heartbeatIncoming: incoming,
      reconnectDelay: 0,
      onStompError: (frame) => this.errors.push(frame),
      onWebSocketClose: (event: { code: number }) => this.closes.push(event.code),
    });
  }

  /** Resolves at CONNECTED; rejects with the ERROR's message or the close code. */
  static connect(baseUrl: string, token: string | null, options: LiveOptions = {}): Promise<LiveClient> {
    const live = new LiveClient(baseUrl, token, options);
    return new Promise((resolve, reject) => {
      live.client.onConnect = () => resolve(live);
      void live.errors.find(undefined, 15_000).then(
        (frame) => reject(new Error(`ERROR: ${frame.headers['message']}`)),
        () => undefined,
      );
      void live.closes.find(undefined, 15_000).then(
        (code) => reject(new Error(`closed with ${code}`)),
        () => reject(new Error('no CONNECTED within 15 s')),
      );
      live.client.activate();
    });
  }

  private open(): WebSocket {
    const { transport = 'websocket', path = '/ws' } = this.options;
    this.socket =
      transport === 'websocket'
        ? new WebSocket(this.baseUrl.replace(/^http/, 'ws') + path, ['v12.stomp', 'v11.stomp', 'v10.stomp'])
        : new SockJS(`${this.baseUrl}/ws`, null, {
            transports: transport === 'sockjs-websocket' ? 'websocket' : transport,
          });
    return this.socket as WebSocket;
  }

  get connected(): boolean {
    return this.client.connected;
  }

  /** Subscribes and waits for the RECEIPT, so that nothing sent afterwards is missed. Rejects after 5 s: the server refused. */
  async subscribe<T = unknown>(destination: string): Promise<Inbox<LiveMessage<T>>> {
    const inbox = this.watch<T>(destination, { receipt: `sub-${++this.ids}` });
    await this.receipt(`sub-${this.ids}`);
    return inbox;
  }

  /** Subscribes without waiting for anything. */
  watch<T = unknown>(destination: string, headers: Record<string, string> = {}): Inbox<LiveMessage<T>> {
    const inbox = new Inbox<LiveMessage<T>>(destination);
    this.subscribeTo(destination, inbox, headers);
    return inbox;
  }

  private subscribeTo(
    destination: string,
    inbox: Inbox<LiveMessage>,
    headers: Record<string, string>,
  ): StompSubscription {
    const take = (message: IMessage): void =>
      inbox.push({
        destination: message.headers['destination'] ?? '',
        subscription: message.headers['subscription'] ?? '',
        headers: message.headers,
        body: parse(message.body),
        at: performance.now(),
      });
    return this.client.subscribe(destination, take, headers);
  }

  /** SEND; with `receipt` (default) resolves at the RECEIPT and rejects after `timeoutMs` without one. */
  async send(destination: string, body: unknown, { receipt = true, timeoutMs = 5_000 } = {}): Promise<void> {
    const id = `send-${++this.ids}`;
    this.client.publish({
      destination,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: receipt ? { receipt: id } : {},
    });
    if (receipt) await this.receipt(id, timeoutMs);
  }

  private receipt(id: string, timeoutMs = 5_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no RECEIPT ${id} within ${timeoutMs} ms`)), timeoutMs);
      this.client.watchForReceipt(id, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** DISCONNECT with a receipt, then close. */
  async disconnect(): Promise<void> {
    await this.client.deactivate();
  }

  /** Cuts the TCP connection without a word, as a lost network does. */
  kill(): void {
    if (this.socket instanceof WebSocket) this.socket.terminate();
    else this.client.forceDisconnect();
  }
}
