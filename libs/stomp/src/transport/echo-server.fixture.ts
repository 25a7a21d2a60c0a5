import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectionListener, StompConnection } from './stomp-connection.js';
import type { TransportOptions } from './transport-options.js';
import { type Transports, createTransports } from './transports.js';

/** The session above in these tests: sends back what it gets, and keeps account. */
export class Party implements ConnectionListener {
  readonly chunks: Buffer[] = [];
  readonly ends: { code: number; reason: string }[] = [];

  constructor(
    readonly connection: StompConnection,
    private readonly onData: (party: Party, chunk: Buffer) => void,
  ) {
    connection.listen(this);
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }

  data(chunk: Buffer): void {
    if (this.ends.length > 0) throw new Error('data after closed');
    this.chunks.push(chunk);
    this.onData(this, chunk);
  }

  closed(code: number, reason: string): void {
    this.ends.push({ code, reason });
  }
}

export type EchoOptions = Partial<TransportOptions> & {
  readonly onData?: (party: Party, chunk: Buffer) => void;
  readonly httpServer?: Server;
};

/** An HTTP server on a free port with the transports and a {@link Party} on each connection; everything else it answers `other <url>`. */
export class EchoServer {
  readonly parties: Party[] = [];
  /** HTTP requests that arrived. */
  requests = 0;

  private constructor(
    readonly http: Server,
    readonly transports: Transports,
  ) {}

  static async start(options: EchoOptions = {}): Promise<EchoServer> {
    const { onData = (party, chunk) => party.connection.send(chunk), httpServer, ...transportOptions } = options;
    const http = httpServer ?? createServer((request, response) => response.end(`other ${request.url}`));
    const onConnection = (connection: StompConnection): void => {
      server.parties.push(new Party(connection, onData));
    };
    const transports = createTransports(http, { allowedOrigins: [], ...transportOptions }, onConnection);
    const server = new EchoServer(http, transports);
    http.on('request', () => (server.requests += 1));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get party(): Party {
    const party = this.parties.at(-1);
    if (!party) throw new Error('nobody connected');
    return party;
  }

  async close(): Promise<void> {
    await this.transports.close(1001, '', { withinMs: 50 });
    this.http.closeAllConnections();
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
  }
}
