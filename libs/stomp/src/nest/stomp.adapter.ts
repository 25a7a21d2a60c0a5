import { Logger, type INestApplicationContext, type WsMessageHandler } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { AbstractWsAdapter, WsException } from '@nestjs/websockets';
import type { Server } from 'node:http';
import type { ErrorMapping } from '../broker/frame-refuser.js';
import { REFUSALS, StompFatal, StompRefusal } from '../broker/refusal.js';
import { SimpUserRegistry } from '../broker/simp-user-registry.js';
import { SimpleBroker } from '../broker/simple-broker.js';
import { StompServer, type BrokerParts } from '../broker/stomp-server.js';
import { StompSessionEvents } from '../broker/stomp-session-events.js';
import type { StompSession } from '../broker/stomp-session.js';
import { SubscriptionRegistry } from '../broker/subscription-registry.js';
import { createTransports, type Transports } from '../transport/transports.js';
import { GatewayHandlers } from './gateway-handlers.js';
import { filterGateways } from './stomp-exception.filter.js';
import type { StompServerOptions } from './stomp-options.js';

type ClientCallback = (session: StompSession) => void;
type GoneCallback = (closeCode: number) => void;

/**
 * Serves `@WebSocketGateway()` classes over STOMP on the application's own HTTP server: `app.useWebSocketAdapter(new StompAdapter(app, options))`
 * before `init` or `listen`, with {@link StompModule} imported. A gateway's client is the {@link StompSession}: `handleConnection` comes
 * after CONNECTED, `handleDisconnect(session, closeCode)` when the connection is gone. All gateways share the one endpoint.
 */
export class StompAdapter extends AbstractWsAdapter {
  private readonly handlers = new GatewayHandlers();
  private readonly clientCallbacks: ClientCallback[] = [];
  private readonly goneCallbacks = new WeakMap<StompSession, GoneCallback[]>();
  private readonly parts: BrokerParts;
  private server: StompServer | undefined;
  private transports: Transports | undefined;

  constructor(
    app: INestApplicationContext,
    private readonly options: StompServerOptions,
    private readonly openTransports: typeof createTransports = createTransports,
  ) {
    super(app);
    this.parts = {
      registry: app.get(SubscriptionRegistry, { strict: false }),
      users: app.get(SimpUserRegistry, { strict: false }),
      broker: app.get(SimpleBroker, { strict: false }),
      events: app.get(StompSessionEvents, { strict: false }),
    };
    filterGateways(app.get(ModulesContainer, { strict: false }));
  }

  /** Gateways with a port of their own are refused: there is one endpoint, on the application's server. */
  create(port: number): StompServer {
    if (port !== 0)
      throw new Error('StompAdapter serves on the port of the application: leave the port of the gateway out');
    return (this.server ??= this.start());
  }

  override bindClientConnect(_server: StompServer, callback: ClientCallback): void {
    this.clientCallbacks.push(callback);
  }

  override bindClientDisconnect(session: StompSession, callback: GoneCallback): void {
    const known = this.goneCallbacks.get(session);
    if (known === undefined) this.goneCallbacks.set(session, [callback]);
    else known.push(callback);
  }

  bindMessageHandlers(session: StompSession, handlers: WsMessageHandler[]): void {
    this.handlers.bind(session, handlers);
  }

  closeClient(session: StompSession): void {
    session.end('The server is starting', 1013);
  }

  /** Refuses new connections, ends the sessions as the options say, drops what is then still open. */
  override async close(server: StompServer): Promise<void> {
    this.transports?.drain();
    await server.close(this.options.shutdown);
  }

  override async dispose(): Promise<void> {
    if (this.server !== undefined) await this.close(this.server);
    await this.transports?.close(this.options.shutdown?.code ?? 1001, '');
  }

  private start(): StompServer {
    const { events } = this.parts;
    const server = new StompServer(this.parts, this.handlers, this.options, errorMapping(this.options));
    events.onConnected((session) => this.clientCallbacks.forEach((callback) => callback(session)));
    events.onDisconnected((session, closeCode) =>
      this.goneCallbacks.get(session)?.forEach((callback) => callback(closeCode)),
    );
    const { path, allowedOrigins, responseHeaders, transportLimits, newId } = this.options;
    this.transports = this.openTransports(
      this.httpServer as Server,
      {
        allowedOrigins,
        ...(path === undefined ? {} : { path }),
        ...(responseHeaders === undefined ? {} : { responseHeaders }),
        ...(transportLimits === undefined ? {} : { limits: transportLimits }),
        ...(newId === undefined ? {} : { newId }),
      },
      (connection) => server.accept(connection),
    );
    return server;
  }
}

/** Nest's own WsException (a guard that says no) is a refusal unless the application maps it; what nobody maps is logged. */
function errorMapping(options: StompServerOptions): ErrorMapping {
  const logger = new Logger(StompAdapter.name);
  return {
    mapError: (error): StompRefusal | StompFatal | undefined =>
      options.mapError?.(error) ??
      (error instanceof WsException ? new StompRefusal(REFUSALS.BAD_REQUEST, error.message) : undefined),
    onError: (error): void => (options.onError === undefined ? logger.error(error) : options.onError(error)),
  };
}
