import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { EdgeSettings } from '../edge/index.js';
import { FrontDoor } from './front-door.service.js';

/** GATEWAY_CHAT_PORT: a second listener, where clients of the original look for the chat service. */
@Injectable()
export class ChatPortListener implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private server: Server | null = null;

  constructor(
    private readonly settings: EdgeSettings,
    private readonly door: FrontDoor,
  ) {}

  /** Null when the setting is off, or before the start. */
  get port(): number | null {
    const address = this.server?.address();
    return typeof address === 'object' && address !== null ? address.port : null;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { chatPort, host, http } = this.settings;
    if (chatPort === null) return;
    const { headersTimeoutMs, requestTimeoutMs, keepAliveMs } = http;
    const server = createServer({
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: 5_000,
    });
    this.door.guardChatPort(server);
    this.server = server;
    await once(server.listen(chatPort, host), 'listening');
  }

  beforeApplicationShutdown(): void {
    this.server?.close();
  }

  onApplicationShutdown(): void {
    this.server?.closeAllConnections();
  }
}
