import type { ApplicationHandler } from './application-handlers.js';
import type { StompBrokerOptions } from './broker-options.js';
import { MemoryConnection } from './memory-connection.spec-support.js';
import { StompFatal } from './refusal.js';
import { SimpMessagingTemplate } from './simp-messaging-template.js';
import { SimpUserRegistry } from './simp-user-registry.js';
import { SimpleBroker } from './simple-broker.js';
import { StompServer } from './stomp-server.js';
import { StompSessionEvents } from './stomp-session-events.js';
import type { StompSession } from './stomp-session.js';
import { SubscriptionRegistry } from './subscription-registry.js';

/** Lets everything that is waiting for nothing but its turn happen. */
export const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** A server on memory connections. Users sign in by `Authorization: Bearer <name>`, `bad` is refused. */
export class StompHarness {
  readonly registry = new SubscriptionRegistry();
  readonly users = new SimpUserRegistry();
  readonly errors: unknown[] = [];
  readonly events = new StompSessionEvents((error) => this.errors.push(error));
  readonly broker = new SimpleBroker(this.registry, this.users, () => 'broker');
  readonly template = new SimpMessagingTemplate(this.broker);
  readonly handlers = new Map<string, ApplicationHandler>();
  readonly server: StompServer;
  private connections = 0;

  constructor(options: Partial<StompBrokerOptions> = {}) {
    this.server = new StompServer(
      { registry: this.registry, users: this.users, broker: this.broker, events: this.events },
      { find: (_, name) => this.handlers.get(name) },
      {
        heartbeat: [0, 0],
        authenticate: async (headers) => {
          const name = /^Bearer (.+)$/.exec(headers.get('Authorization') ?? '')?.[1];
          if (name === undefined || name === 'bad') throw new StompFatal('Authentication is required');
          return { name };
        },
        authorizeSubscription: async () => undefined,
        onError: (error) => this.errors.push(error),
        ...options,
      },
    );
  }

  open(): MemoryConnection {
    const connection = new MemoryConnection(`c${this.connections++}`);
    this.server.accept(connection);
    return connection;
  }

  /** An open connection that was answered CONNECTED; what it wrote so far is forgotten. */
  async connect(name: string, version = '1.2', headers = ''): Promise<MemoryConnection> {
    const connection = this.open();
    connection.receive(`CONNECT\naccept-version:${version}\nAuthorization:Bearer ${name}\n${headers}\n\0`);
    await settle();
    if (!connection.text().startsWith('CONNECTED\n')) throw new Error(`not connected: ${connection.text()}`);
    connection.writes.length = 0;
    connection.binaries.length = 0;
    return connection;
  }

  async subscribed(name: string, destination: string, id = '0'): Promise<MemoryConnection> {
    const connection = await this.connect(name);
    await this.subscribe(connection, destination, id);
    return connection;
  }

  async subscribe(connection: MemoryConnection, destination: string, id = '0'): Promise<void> {
    connection.receive(`SUBSCRIBE\nid:${id}\ndestination:${destination}\n\n\0`);
    await settle();
  }

  session(connection: MemoryConnection): StompSession {
    const found = this.users.sessions().find(({ id }) => id === connection.id);
    if (found === undefined) throw new Error('no such session');
    return found;
  }
}
