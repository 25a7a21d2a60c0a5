import {
  SimpMessagingTemplate,
  SimpUserRegistry,
  SimpleBroker,
  StompDecoder,
  StompServer,
  StompSessionEvents,
  SubscriptionRegistry,
  type BrokerParts,
  type ConnectionListener,
  type StompConnection,
} from '@app/stomp';

const ANY_SIZE = { frameBytes: 1e9, headers: 100, headerLineBytes: 1e6 };

export interface ReceivedMessage {
  readonly destination: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** For tests: a client's connection that keeps what the server writes. */
export class TestSocket implements StompConnection {
  readonly transport = 'websocket';
  readonly origin = { headers: {}, remoteAddress: '127.0.0.1', url: '/ws' };
  readonly bufferedBytes = 0;
  private readonly writes: Buffer[] = [];
  private listener: ConnectionListener;

  constructor(readonly id: string) {}

  listen(listener: ConnectionListener): void {
    this.listener = listener;
  }
  send(frame: Buffer): void {
    this.writes.push(frame);
  }
  receive(frame: string): void {
    this.listener.data(Buffer.from(frame));
  }
  close(code: number): void {
    queueMicrotask(() => this.listener.closed(code, ''));
  }
  terminate(): void {
    this.close(1006);
  }
  pause(): void {}
  resume(): void {}

  /** Bodies parsed, in the order they came. */
  messages(destination?: string): ReceivedMessage[] {
    const decoder = new StompDecoder(ANY_SIZE);
    decoder.push(Buffer.concat(this.writes));
    const found: ReceivedMessage[] = [];
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      const headers = Object.fromEntries(frame.headers.entries());
      if (frame.command !== 'MESSAGE') continue;
      found.push({ destination: headers['destination'] ?? '', body: JSON.parse(frame.body.toString('utf8')), headers });
    }
    return found.filter((message) => destination === undefined || message.destination === destination);
  }

  bodies<T>(destination: string): T[] {
    return this.messages(destination).map(({ body }) => body as T);
  }
}

export const USER_QUEUES = ['/user/queue/reply', '/user/queue/read', '/user/queue/events'];

/** For tests: one instance's STOMP server without sockets; user 3 is `user3`. */
export class LiveSockets {
  private readonly server: StompServer;
  private opened = 0;

  constructor(readonly parts: BrokerParts) {
    this.server = new StompServer(
      parts,
      { find: () => undefined },
      {
        heartbeat: [0, 0],
        authenticate: async (headers) => {
          const id = Number(headers.get('Authorization'));
          return { id, name: `user${id}` } as { readonly name: string };
        },
        authorizeSubscription: async () => {},
        onError: (error) => {
          throw error;
        },
      },
    );
  }

  static alone(): LiveSockets {
    const registry = new SubscriptionRegistry();
    const users = new SimpUserRegistry();
    const broker = new SimpleBroker(registry, users);
    return new LiveSockets({ registry, users, broker, events: new StompSessionEvents(() => {}) });
  }

  get template(): SimpMessagingTemplate {
    return new SimpMessagingTemplate(this.parts.broker);
  }

  /** A socket of the user that is subscribed to its own queues and to `topics`. */
  async connect(userId: number, ...topics: string[]): Promise<TestSocket> {
    const socket = new TestSocket(`s${this.opened++}`);
    this.server.accept(socket);
    socket.receive(`CONNECT\naccept-version:1.2\nAuthorization:${userId}\n\n\0`);
    for (const [id, destination] of [...USER_QUEUES, ...topics].entries()) {
      socket.receive(`SUBSCRIBE\nid:${id}\ndestination:${destination}\n\n\0`);
    }
    const expected = USER_QUEUES.length + topics.length;
    for (let turn = 0; this.subscriptionsOf(socket) < expected; turn++) {
      if (turn > 100) throw new Error('The socket was not subscribed');
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return socket;
  }

  destinationsOf(socket: TestSocket): readonly string[] {
    return (
      this.parts.users
        .sessions()
        .find(({ id }) => id === socket.id)
        ?.destinations() ?? []
    );
  }

  private subscriptionsOf(socket: TestSocket): number {
    return this.destinationsOf(socket).length;
  }
}
